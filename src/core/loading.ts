// Loads what codecs and filters need, once each.

import { BlpkError, unsupported } from './errors.js'
import { scarcity } from './io-errors.js'

/** A codec or filter that must be loaded first, such as a WebAssembly module. */
export interface Loadable {
  readonly name: string
  /** Called and awaited once, before anything else; called again only after a failure. */
  readonly load?: (() => Promise<void> | void) | undefined
}

const loaded = new WeakSet<Loadable>()
const underWay = new WeakMap<Loadable, Promise<void>>()

/** The error for a failed load. A lack of memory, threads or descriptors keeps its own error. */
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
 * Loads whatever is not loaded yet.
 * @returns undefined if everything is already loaded, so that nobody has to wait
 * @throws BlpkError UNSUPPORTED if something cannot be loaded; NO_MEMORY, IO for a lack of memory, threads or
 * descriptors
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
