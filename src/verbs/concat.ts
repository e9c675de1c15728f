// Joins containers of any kind into one, arrays along axis 0.

import { ndarrayIn } from '../array/npy/index.js'
import { checkOptions } from '../format/check-options.js'
import { joinedMetadata, sizeOf } from '../format/joined-metadata.js'
import { checkTogether } from '../format/joined-source.js'
import type { Opened } from '../format/opened.js'
import type { ConcatResult, Output } from '../format/output.js'
import type { PackOptions } from '../format/pack-options.js'
import { packerOf } from '../format/registry.js'
import type { Format } from '../format/traits.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'
import { StreamSource } from '../sources/stream.js'
import { packIntoOutput } from './pack-into-output.js'
import { metadataOf, plainOf } from './plain-of.js'

export type { ConcatResult }

async function* piecesOf(parts: readonly Opened[], { signal }: PackOptions): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* part.pieces(0, part.nbytes, { signal })
}

/** All plain bytes, one part after the other. @throws BlpkError USAGE for parts that do not go together */
function plainOfAll(parts: readonly Opened[], o: PackOptions): PlainSource {
  const described = parts.map((part) => ({ part, metadata: metadataOf(part) }))
  checkTogether(described.map(({ part, metadata }) => plainOf(part, metadata, o)))
  const whole = described.map(({ part: { name, nbytes }, metadata }) => ({ name, nbytes, metadata }))
  const size = whole.reduce((sum, part) => sum + sizeOf(part), 0)
  const metadata = joinedMetadata(whole)
  const typesize = ndarrayIn(metadata)?.itemsize ?? parts[0]?.typesize ?? 1
  const traits = { size, typesize, ...(metadata !== undefined && { metadata }) }
  return new BytesPlainSource(new StreamSource(piecesOf(parts, o), 'the archives', size), traits)
}

/**
 * Joins what was opened. Chunks are copied as they are if the parts are all of one kind, and lie on a border; others are
 * unpacked and packed again.
 * @param parts seekable, at least one; they stay open
 * @throws BlpkError USAGE if they do not go together, DAMAGED, CHECKSUM, UNSUPPORTED, …; nothing is left behind then
 */
export async function concat(
  parts: readonly Opened[],
  output: Output,
  format: Format,
  o: PackOptions = {},
): Promise<ConcatResult> {
  checkOptions(format, o)
  const container = await packerOf(format)
  // Into a file that is there already, what is packed is added.
  const isNew = (await output.existing?.()) === undefined
  const joined = isNew ? await container.concat?.(parts, output, format, o) : undefined
  if (joined !== undefined) return joined
  const result = await packIntoOutput(container, { source: plainOfAll(parts, o), output, format, o })
  return { ...result, copied: 0 }
}
