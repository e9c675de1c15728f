// Warns that an input of a known format, such as FITS, is packed as plain bytes.

import { KNOWN_PEEK_BYTES, knownByBytes, knownByName } from '../../core/known-files.js'
import { recognise } from '../../format/registry.js'
import type { PlainSource } from '../../verbs/compress.js'
import { say } from '../context.js'
import { oneLine } from '../exit.js'
import type { CliOptions } from '../flags/options.js'

/** Kinds of which bytes are all there is to pack, so that nobody expects more. */
const PLAIN = ['.json', '.tar', '.npy'].map((name) => knownByName(name)?.what)

async function whatIs(plain: PlainSource, name: string): Promise<string | undefined> {
  const start = (await plain.sample(KNOWN_PEEK_BYTES)).slice(0, KNOWN_PEEK_BYTES)
  const [format] = recognise(start)?.formats ?? []
  if (format !== undefined) return `${format.what} already (blpk convert makes another kind of it)`
  const known = knownByBytes(start) ?? knownByName(name)
  return known === undefined || PLAIN.includes(known.what) ? undefined : known.what
}

/** Says of an input that is a container of another kind that it is packed as plain bytes, and not what is inside. */
export async function sayForeign(plain: PlainSource, name: string, { quiet }: CliOptions): Promise<void> {
  if (quiet === true || plain.metadata !== undefined) return
  const what = await whatIs(plain, name)
  if (what !== undefined) say(`note: '${oneLine(name)}' is ${what}: it is packed as plain bytes`)
}
