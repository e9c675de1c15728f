// Proves many chunks in one job of a worker thread.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { type ChunkBytes, MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import type { Blosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import { asDamage } from '../../../core/errors.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import { DIGEST_BYTES } from '../../frame/checksums.js'
import { inDirectory } from '../chunks/frame-file.js'
import { type ProofTraits, proveChunk } from './prove.js'

/** Chunks to be proved together, in a form that can be sent to a worker. */
export interface ProofRun {
  traits: ProofTraits
  /** Position of each chunk relative to the first, in bytes; in a sparse frame, file numbers. */
  starts: number[]
  /** Latest possible end of the last chunk. */
  end: number
  /** Of all chunks, in order; undefined if there are none. */
  digests: Uint8Array | undefined
  /** The directory of a sparse frame. */
  directory: string | undefined
}

/** The result of each chunk: whether it is proved, its plain size, block size and typesize, all in bytes. */
export const RECORD_WORDS = 4
const PROVED = 1

/** The result for a chunk; undefined if it is not proved. */
export function readRecord(
  records: Uint32Array,
  i: number,
): { nbytes: number; blocksize: number; typesize: number } | undefined {
  const [state, nbytes = 0, blocksize = 0, typesize = 0] = records.subarray(RECORD_WORDS * i)
  return state === PROVED ? { nbytes, blocksize, typesize } : undefined
}

type Open = (i: number) => ChunkBytes

/** A single chunk is read as needed, because its size is unknown; others are read at once. */
async function opener(
  ws: Workspace,
  { starts, end, directory }: ProofRun,
  source: ByteSource,
  at: number,
): Promise<Open> {
  if (directory !== undefined) return (i) => inDirectory(directory)(i, starts[i] ?? 0)
  if (starts.length === 1) return () => new SourceChunk(source, at, end, { path: source.name })
  const packed = ws.view(ws.scratch('part', end), end)
  const n = await source.read(at, packed)
  return (i) => new MemoryChunk(packed.subarray(starts[i] ?? 0, Math.min(starts[i + 1] ?? end, n)))
}

async function proved(
  ws: Workspace,
  open: () => ChunkBytes,
  traits: ProofTraits,
  digest: Uint8Array | undefined,
): Promise<Blosc2ChunkHeader | undefined> {
  try {
    const { header, digest: state, problem } = await proveChunk(ws, open(), traits, digest)
    return state === 'wrong' || problem !== undefined ? undefined : header
  } catch (error) {
    return asDamage(error) && undefined
  }
}

/**
 * Checks chunks against their digests, decompresses them, and records the sound ones. Others must be examined
 * one by one.
 * @param source of the chunks, except in a sparse frame
 * @param at position of the first chunk, in bytes
 * @param records space for {@link RECORD_WORDS} per chunk
 * @returns plain bytes of sound chunks
 */
export async function proveRun(
  ws: Workspace,
  run: ProofRun,
  source: ByteSource,
  at: number,
  records: Uint32Array,
): Promise<number> {
  const { starts, digests, traits } = run
  const open = await opener(ws, run, source, at)
  let plain = 0
  for (let i = 0; i < starts.length; i++) {
    records.fill(0, RECORD_WORDS * i, RECORD_WORDS * (i + 1))
    const digest = digests?.subarray(DIGEST_BYTES * i, DIGEST_BYTES * (i + 1))
    const found = await proved(ws, () => open(i), traits, digest)
    if (found === undefined) continue
    const { nbytes, blocksize, typesize } = found
    records.set([PROVED, nbytes, blocksize, typesize], RECORD_WORDS * i)
    plain += nbytes
  }
  return plain
}
