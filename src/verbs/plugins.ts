// Loads user modules that register codecs and filters, by their paths.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { registerOf, registerWith } from '../codecs/plugin-modules.js'
import { BlpkError, usage } from '../core/errors.js'
import { importModule } from '../core/import-module.js'
import { registerContainer } from '../format/registry.js'
import { registerPlace } from '../places/registry.js'

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function importPlugin(path: string, file: URL): Promise<Record<string, unknown>> {
  if (!existsSync(file)) throw new BlpkError('NOT_FOUND', `the plugin '${path}' does not exist`, { path })
  try {
    return await importModule(file.href)
  } catch (error) {
    throw usage(`the plugin '${path}' cannot be loaded: ${messageOf(error)}`)
  }
}

async function loadPlugin(path: string): Promise<void> {
  const file = path.startsWith('file:') ? new URL(path) : pathToFileURL(resolve(path))
  const register = registerOf(await importPlugin(path, file))
  if (register === undefined)
    throw usage(
      `the plugin '${path}' exports no function: it needs 'export function register({ registerCodec, registerFilter })'`,
    )
  const count = await registerWith(register, file.href, { registerPlace, registerContainer }).catch(
    (error: unknown) => {
      throw usage(`the plugin '${path}' failed: ${messageOf(error)}`)
    },
  )
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
