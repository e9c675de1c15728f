// Cuts the wanted part of a large chunk into pieces of whole blocks, so that several threads work on it.

import { usesFirstBlock } from '../../chunk/blosc2/pipeline.js'
import type { ChunkPart, PartTarget } from './chunk-part.js'
import type { FoundChunk } from './found-chunk.js'
import { SourceChunk } from './source-chunk.js'

/** Plain size of a piece in bytes, if there are not too many then. */
export const LEAST_CUT = 2 * 2 ** 20
/** Each piece is sent with the table of all blocks. */
const MOST_PIECES = 64

interface Splittable extends FoundChunk, Partial<PartTarget> {
  part: ChunkPart
  take?: unknown
}

/** The one range of plain bytes, if it goes to one place. */
function rangeOf({ part, axes, take }: Splittable): readonly [number, number] | undefined {
  if (!('spans' in part) || part.spans.length !== 1 || axes !== undefined || take !== undefined)
    return undefined
  return part.spans[0]
}

/** A checksum needs the whole chunk in one thread, and so does what refers to the first block. Afar, one request is best. */
function isSplittable({ bytes, layout: { header, starts, pattern } }: FoundChunk): boolean {
  if (pattern !== undefined) return true
  if (!(bytes instanceof SourceChunk) || bytes.source.fd === undefined) return false
  const isWhole = header.variableBlocks || usesFirstBlock(header)
  return (starts.length > 1 || header.memcpyed) && !isWhole
}

/** Plain size of a piece in bytes: whole blocks, where there are any. */
function pieceBytes({ starts, header: { blocksize } }: FoundChunk['layout'], nbytes: number): number {
  if (starts.length === 0) return LEAST_CUT
  return Math.ceil(Math.max(LEAST_CUT, nbytes / MOST_PIECES) / blocksize) * blocksize
}

/** The plain size of the pieces that a part will be cut into, in bytes; undefined if it stays whole. */
export function pieceSize(found: Splittable): number | undefined {
  const range = rangeOf(found)
  if (range === undefined || !isSplittable(found)) return undefined
  const nbytes = range[1] - range[0]
  const size = pieceBytes(found.layout, nbytes)
  return size < nbytes ? size : undefined
}

/** A part in pieces, in order; most parts are one. Only the first `opens` its chunk. */
export function* piecesOf<T extends Splittable>(found: T): Generator<T & { opens: boolean }> {
  const size = pieceSize(found)
  const [start, stop] = rangeOf(found) ?? [0, 0]
  if (size === undefined) {
    yield { ...found, opens: true }
    return
  }
  for (let at = start; at < stop; ) {
    const end = Math.min(stop, (Math.floor(at / size) + 1) * size)
    const out = found.out?.subarray(at - start, end - start)
    yield { ...found, part: { spans: [[at, end]] }, out, opens: at === start }
    at = end
  }
}
