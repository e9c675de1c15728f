// Loads what codecs and filters need before they can work, once each.

import { BlpkError, unsupported } from './errors.js'
import { scarcity } from './io-errors.js'

/** What has to be loaded before it works, such as a WebAssembly module. */
export interface Loadable {
  readonly name: string
  /** Called once and awaited before anything else is; called again only after it failed. */
  readonly load?: (() => Promise<void> | void) | undefined
}

const loaded = new WeakSet<Loadable>()
const underWay = new WeakMap<Loadable, Promise<void>>()

/** What is thrown if something could not be loaded: a lack of memory, threads or descriptors stays what it is. */
export function notLoaded(what: string, error: unknown): BlpkError {
  const scarce = scarcity(error)
  const message = `${what} cannot be loaded: ${(scarce ?? (error as Error)).message}`
  return scarce === undefined ? unsupported(message) : new BlpkError(scarce.code, message, {}, error)
}

async function load(one: Loadable): Promise<void> {
  try {
    await one.load?.()
    loaded.add(one)
  } catch (error) {
    throw notLoaded(one.name, error)
  } finally {
    underWay.delete(one)
  }
}

function loadOnce(one: Loadable): Promise<void> {
  const started = underWay.get(one) ?? load(one)
  underWay.set(one, started)
  return started
}

/**
 * Loads what is not loaded yet.
 * @returns undefined if all of it works already: then nobody has to wait
 * @throws BlpkError UNSUPPORTED if something cannot be loaded; NO_MEMORY, IO for want of memory, threads or descriptors
 */
export function loading(all: readonly Loadable[]): Promise<void> | undefined {
  let missing: Promise<void>[] | undefined
  for (const one of all) {
    if (one.load === undefined || loaded.has(one)) continue
    missing ??= []
    missing.push(loadOnce(one))
  }
  return missing && Promise.all(missing).then(() => {})
}
