// User modules that register codecs and filters: how they are called, and how worker threads load them.

import { BlpkError, usage } from '../core/errors.js'
import { importModule } from '../core/import-module.js'
import { notLoaded } from '../core/loading.js'
import type { Module } from '../filters/modules.js'
import { isRegistered, noteModule } from '../filters/modules.js'
import { registerFilter, type UserFilter } from '../filters/user-filter.js'
import { registerCodec, type UserCodec } from './user-codec.js'

/** The argument of a module's function. Its own `import 'blpk'` could resolve to another copy. */
interface PluginApi {
  registerCodec(codec: UserCodec, options?: Module): void
  registerFilter(filter: UserFilter, options?: Module): void
  /** The errors that modules may throw. */
  readonly BlpkError: typeof BlpkError
}

/** What else modules may register. Threads that pack and unpack need none of it. */
export interface OtherRegistrars {
  registerPlace(place: unknown): void
  registerContainer(container: unknown): void
}

type Register = (api: PluginApi & OtherRegistrars) => unknown

/** The registering function of a module, exported as `register` or by default; undefined if there is none. */
export function registerOf(module: Record<string, unknown>): Register | undefined {
  // A CommonJS module appears as a whole under `default`.
  const inner = module.default as Record<string, unknown> | undefined
  const found = [module.register, inner, inner?.register].find((value) => typeof value === 'function')
  return found as Register | undefined
}

/** @throws BlpkError USAGE for something that is not a codec */
function checkCodec({ name, ids, decode }: Partial<UserCodec>): void {
  if (typeof ids?.blosc2 !== 'number' || typeof name !== 'string' || typeof decode !== 'function')
    throw usage('a codec needs { name, ids: { blosc2 }, decode }')
}

/** @throws BlpkError USAGE for something that is not a filter */
function checkFilter({ id, forward, backward }: Partial<UserFilter>): void {
  const isWhole = typeof forward === 'function' && typeof backward === 'function'
  if (typeof id !== 'number' || !isWhole) throw usage('a filter needs { id, forward, backward }')
}

/**
 * Calls the registering function of a module.
 * @param address of the module
 * @param others do nothing by default
 * @returns how many things it registered
 * @throws BlpkError USAGE; any error of the module
 */
export async function registerWith(
  register: Register,
  address: string,
  others: OtherRegistrars = { registerPlace() {}, registerContainer() {} },
): Promise<number> {
  let count = 0
  const module = { module: address }
  await register({
    registerCodec(codec) {
      checkCodec(codec)
      registerCodec(codec, module)
      count++
    },
    registerFilter(filter) {
      checkFilter(filter)
      registerFilter(filter, module)
      count++
    },
    registerPlace(place) {
      others.registerPlace(place)
      count++
    },
    registerContainer(container) {
      others.registerContainer(container)
      count++
    },
    BlpkError,
  })
  return count
}

async function load(address: string): Promise<void> {
  try {
    const register = registerOf(await importModule(address))
    // A module without such a function registers itself when it is imported.
    if (register !== undefined && !isRegistered(address)) await registerWith(register, address)
    noteModule(address)
  } catch (error) {
    throw notLoaded(`the module '${address}' of a worker thread`, error)
  }
}

/** Loads the modules that are not registered in this thread yet. @throws BlpkError UNSUPPORTED */
export async function loadModules(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) if (!isRegistered(address)) await load(address)
}
