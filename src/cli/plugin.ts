import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BlpkError, usage } from '../core/errors.js'
import { registerCodec, type UserCodec } from '../format/blosc2/chunks/cparams.js'
import { registerFilter, type UserFilter } from '../format/blosc2/chunks/filters.js'
import { oneLine } from './exit.js'

/** What a plugin's function is called with. */
interface PluginApi {
  registerCodec(codec: UserCodec): void
  registerFilter(filter: UserFilter): void
}

type Register = (api: PluginApi) => unknown

function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error))
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  const file = path.startsWith('file:') ? new URL(path) : pathToFileURL(resolve(path))
  if (!existsSync(file)) throw new BlpkError('NOT_FOUND', `the plugin '${path}' does not exist`, { path })
  try {
    return (await import(file.href)) as Record<string, unknown>
  } catch (error) {
    throw usage(`the plugin '${path}' cannot be loaded: ${messageOf(error)}`)
  }
}

function registerOf(module: Record<string, unknown>, path: string): Register {
  // A CommonJS module stands under `default` as a whole.
  const inner = module.default as Record<string, unknown> | undefined
  const found = [module.register, inner, inner?.register].find((value) => typeof value === 'function')
  if (found !== undefined) return found as Register
  throw usage(
    `the plugin '${path}' exports no function: it needs 'export function register({ registerCodec, registerFilter })'`,
  )
}

function checkCodec(codec: Partial<UserCodec>): void {
  const { id, name, encode, decode } = codec
  const whole = typeof encode === 'function' && typeof decode === 'function'
  if (typeof id !== 'number' || typeof name !== 'string' || !whole)
    throw usage('a codec needs { id, name, encode, decode }')
}

function checkFilter({ id, forward, backward }: Partial<UserFilter>): void {
  const whole = typeof forward === 'function' && typeof backward === 'function'
  if (typeof id !== 'number' || !whole) throw usage('a filter needs { id, forward, backward }')
}

async function loadPlugin(path: string): Promise<void> {
  const register = registerOf(await importModule(path), path)
  let count = 0
  const api: PluginApi = {
    registerCodec(codec) {
      checkCodec(codec)
      registerCodec(codec)
      count++
    },
    registerFilter(filter) {
      checkFilter(filter)
      registerFilter(filter)
      count++
    },
  }
  try {
    await register(api)
  } catch (error) {
    throw usage(`the plugin '${path}' failed: ${messageOf(error)}`)
  }
  if (count === 0) throw usage(`the plugin '${path}' registers neither a codec nor a filter`)
}

/**
 * Loads ES modules that register codecs and filters of Blosc2, in order. Each exports a function, as `register`
 * or by default, which is given what it registers with: an `import 'blpk'` of its own would be another copy.
 * @throws BlpkError NOT_FOUND, USAGE
 */
export async function loadPlugins(paths: readonly string[]): Promise<void> {
  for (const path of paths) await loadPlugin(path)
}
