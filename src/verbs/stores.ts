// Stores of python-blosc2, which hold frames but are not frames: what messages say of them.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteSource } from '../bytes/byte-source.js'
import { unsupported } from '../core/errors.js'
import { KNOWN_PEEK_BYTES, knownByBytes, knownByName, storeText } from '../core/known-files.js'
import { formatByName } from '../format/registry.js'
import { directoryOf } from './inputs.js'

/** How many of the files of a store are named. */
const NAMED = 3

/** @throws BlpkError UNSUPPORTED for a store of python-blosc2, with what can be done */
export async function refuseStore(source: ByteSource): Promise<void> {
  const bytes = new Uint8Array(KNOWN_PEEK_BYTES)
  const known = knownByBytes(bytes.subarray(0, await source.read(0, bytes)))
  if (known?.store !== undefined) throw unsupported(storeText(known), { path: source.name })
}

/** @throws BlpkError UNSUPPORTED for the directory of a store of python-blosc2, with what can be done */
export function refuseStoreDirectory(name: string): void {
  const directory = directoryOf(name)
  if (directory === undefined) return
  const known = knownByName(directory)
  const isStore = known?.store !== undefined || existsSync(join(directory, 'embed.b2e'))
  if (!isStore) return
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    (name) => formatByName(name)?.holds === 'array',
  )
  const some = files.slice(0, NAMED).map((name) => join(directory, name))
  const named = some.length === 0 ? '' : ` (${some.join(', ')}${files.length > NAMED ? ', …' : ''})`
  const what = knownByName('.b2d')
  throw unsupported(`${what === undefined ? '' : storeText(what)}${named}`, { path: directory })
}
