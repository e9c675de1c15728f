// Where an append begins: the chunks that stay, and the short last chunk that is packed again.

import { damaged, unsupported } from '../../../core/errors.js'
import { DEFAULT_CHUNK_SIZE } from '../../../engine/options.js'
import { wholeItems } from '../../../engine/plain-chunks.js'
import type { Archive, ChunkPlace } from '../archive.js'
import { RangeReader } from '../range.js'
import { ChunkWalk, findChunk } from '../walk.js'

/** Where an append begins: what is kept, and the plain bytes that are packed again. */
export interface Tail {
  /** Chunks that stay as they are. */
  kept: number
  /** Plain bytes of the last chunk, if it is not full. */
  plain: Uint8Array
  /** Where the first new chunk goes, in bytes. */
  position: number
  /** Where the last chunk ends, in bytes. */
  end: number
  chunkSize: number
}

async function lastChunk(archive: Archive, nchunks: number): Promise<ChunkPlace> {
  if (archive.header.offsets) return findChunk(archive, nchunks - 1)
  const walk = new ChunkWalk(archive)
  let last: ChunkPlace | undefined
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) last = chunk
  if (last === undefined) throw damaged('the archive has no chunk')
  return last
}

async function plainTail(archive: Archive, nbytes: number): Promise<Uint8Array> {
  const total = archive.nbytes ?? 0
  const tail = new Uint8Array(nbytes)
  let at = 0
  for await (const piece of new RangeReader(archive).pieces({ start: total - nbytes, stop: total })) {
    tail.set(piece, at)
    at += piece.length
  }
  return tail
}

/** A single chunk binds nobody to its size, and Bloscpack cuts the chunk size down to small inputs. */
function chunkSizeFor(archive: Archive, nchunks: number): number {
  const { chunkSize = 0, typesize } = archive.header
  return nchunks === 1
    ? Math.max(chunkSize, wholeItems(DEFAULT_CHUNK_SIZE, Math.max(1, typesize)))
    : chunkSize
}

/**
 * Finds the end of an archive.
 * @throws BlpkError UNSUPPORTED if it does not record its size, DAMAGED or CHECKSUM
 */
export async function findTail(archive: Archive): Promise<Tail> {
  const { nchunks, lastChunk: lastBytes } = archive.header
  if (nchunks === undefined || lastBytes === undefined || archive.nbytes === undefined) {
    throw unsupported(
      'the archive was written to a pipe and does not record its size; pack it again to append to it',
    )
  }
  const chunk = await lastChunk(archive, nchunks)
  const chunkSize = chunkSizeFor(archive, nchunks)
  if (lastBytes === chunkSize) {
    const end = archive.endOf(chunk)
    return { kept: nchunks, plain: new Uint8Array(0), position: end, end, chunkSize }
  }
  const plain = await plainTail(archive, lastBytes)
  return { kept: nchunks - 1, plain, position: chunk.position, end: archive.endOf(chunk), chunkSize }
}
