// The content of an open container as plain bytes to pack.

import { ndarrayIn } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import { arrayJson, withArray, withoutArray } from '../format/described-metadata.js'
import type { Opened } from '../format/opened.js'
import { BytesPlainSource } from '../sources/plain.js'
import { StreamSource } from '../sources/stream.js'

/** Metadata in JSON of a container as bytes have them: those of an array among them. @throws BlpkError DAMAGED, UNSUPPORTED */
export function metadataOf(from: Opened): string | undefined {
  const own = from.metadata
  // Of bytes, metadata say themselves what array they are.
  if (from.format.holds === 'bytes' && own !== undefined) return own
  const layout = from.array?.()
  if (layout === undefined) return own
  return withArray(withoutArray(own), arrayJson(layout)) ?? arrayJson(layout)
}

/**
 * All plain bytes of a container.
 * @param metadata what they say; of an array, its items tell the typesize
 * @throws BlpkError USAGE if it does not record its size
 */
export function plainOf(from: Opened, metadata: string | undefined, o: RunOptions): BytesPlainSource {
  const { nbytes, name } = from
  if (nbytes === undefined)
    throw usage(
      'the archive was written to a pipe and does not record its size: decompress it, and pack that',
    )
  const { threads, callerWorks, signal } = o
  const pieces = from.pieces(0, nbytes, {
    signal,
    ...(threads !== undefined && { threads }),
    ...(callerWorks !== undefined && { callerWorks }),
  })
  const typesize = ndarrayIn(metadata)?.itemsize ?? from.typesize
  const traits = { size: nbytes, typesize, ...(metadata !== undefined && { metadata }) }
  return new BytesPlainSource(new StreamSource(pieces, name, nbytes), traits)
}
