// Proves one chunk: its header, its digest, and that it decompresses.

import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import {
  type Blosc2ChunkHeader,
  EXTENDED_HEADER_BYTES,
  parseBlosc2ChunkHeader,
} from '../../../chunk/blosc2/header.js'
import { sameDigest } from '../../../chunk/checksums.js'
import { asDamage, type BlpkError, damaged } from '../../../core/errors.js'
import type { SChunkTraits } from '../../../core/schunk-traits.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { xxh64Of } from '../../chunks/checksums.js'

/** What is known about a chunk with a valid header. */
export interface Proven {
  header: Blosc2ChunkHeader
  digest: 'right' | 'wrong' | 'none'
  /** Why it does not decode. UNSUPPORTED says nothing about the chunk itself. */
  problem?: BlpkError
}

/** What proving a chunk requires; it can be sent to workers. */
export interface ProofTraits {
  /** Typesize of the super-chunk, in bytes. */
  itemBytes: number
  blockshape?: readonly number[] | undefined
  schunk: SChunkTraits
  /** Chunks of more plain bytes than this are refused. */
  maxChunk: number
}

/** The header of a chunk, if a chunk is possible at this position. @throws BlpkError DAMAGED, UNSUPPORTED */
export async function headerOf(bytes: ChunkBytes, maxChunk: number): Promise<Blosc2ChunkHeader> {
  const { limit, place } = bytes
  if (limit < 16) throw damaged('the chunk is truncated', place)
  const header = parseBlosc2ChunkHeader(await bytes.fetch(0, Math.min(EXTENDED_HEADER_BYTES, limit)), place)
  if (header.cbytes > limit)
    throw damaged(`the chunk claims ${header.cbytes} bytes, but there are only ${limit}`, place)
  if (header.nbytes === 0) throw damaged('the chunk has no plain bytes', place)
  if (header.nbytes > maxChunk)
    throw damaged(`the chunk has ${header.nbytes} plain bytes, more than allowed`, place, {
      option: 'maxChunk',
    })
  return header
}

async function digestState(
  bytes: ChunkBytes,
  cbytes: number,
  digest?: Uint8Array,
): Promise<Proven['digest']> {
  if (digest === undefined) return 'none'
  return sameDigest(await xxh64Of(await bytes.fetch(0, cbytes)), digest) ? 'right' : 'wrong'
}

/**
 * Checks a chunk: its digest, if known, and that it decompresses.
 * @throws BlpkError DAMAGED, UNSUPPORTED for an invalid header
 */
export async function proveChunk(
  ws: Workspace,
  bytes: ChunkBytes,
  traits: ProofTraits,
  digest?: Uint8Array,
): Promise<Proven> {
  const header = await headerOf(bytes, traits.maxChunk)
  await bytes.prefetch?.(header.cbytes)
  const state = await digestState(bytes, header.cbytes, digest)
  try {
    const { itemBytes, blockshape, schunk } = traits
    const chunk = await OpenChunk.open(ws, bytes, { itemBytes, blockshape, schunk })
    const isPlain = header.memcpyed || chunk.pattern !== undefined
    for (let i = 0; i < header.nblocks && !isPlain; i++) await chunk.block(i)
    return { header, digest: state }
  } catch (error) {
    return { header, digest: state, problem: asDamage(error) }
  }
}
