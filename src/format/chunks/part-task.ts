// Wanted parts of chunks as tasks of a run: what threads need to read them.

import type { FilePlace } from '../../bytes/file-place.js'
import type { ChunkBytes } from '../../chunk/blosc2/chunk-bytes.js'
import type { DecodeOptions } from '../../chunk/blosc2/decode.js'
import type { ChunkLayout } from '../../chunk/blosc2/layout.js'
import { usesFirstBlock } from '../../chunk/blosc2/pipeline.js'
import { codeOf } from '../../chunk/blosc2/portable.js'
import { knownCodecOf } from '../../chunk/blosc2/streams.js'
import { portableTraits } from '../../core/schunk-traits.js'
import type { ReadTask } from '../../engine/read-run.js'
import type { Slot } from '../../engine/slot.js'
import { COPY_SPEED } from '../../engine/thread-policy.js'
import type { Threads } from '../../engine/threads.js'
import { prepareModules, type ReadParams } from './blosc2-job.js'
import { CheckedChunk } from './checksums.js'
import type { ChunkList } from './chunk-list.js'
import { blocksOf, type ChunkPart, type PartTarget, partBytes } from './chunk-part.js'
import type { ChunkFinder, FoundChunk } from './found-chunk.js'
import { SourceChunk } from './source-chunk.js'

/** A wanted part of a chunk, and where it goes. */
export interface PartRead extends Partial<PartTarget> {
  index: number
  part: ChunkPart
  /**
   * Without `out`, takes the plain bytes, which are valid until it returns. Not called for zeros, which the buffer already
   * has.
   */
  take?: (plain: Uint8Array) => void
}

/** The source of parts. */
export interface PartSource<Chunks extends ChunkFinder = ChunkList> {
  chunks: Chunks
  options: DecodeOptions
  /** Default: one per core; 1 for the calling thread. */
  threads: number | undefined
}

/** What is known about a part before it is decoded. */
export type FoundPart = PartRead & FoundChunk

/** Whether its plain bytes are known to be zeros. */
export function isZeros({ layout }: FoundPart, { options }: PartSource<ChunkFinder>): boolean {
  return layout.pattern?.every((byte) => byte === 0) === true && options.postfilter === undefined
}

/**
 * Whether a worker can decode the chunk: it needs no user code of unknown module, and no user-defined source.
 */
export function isPortable({ layout, bytes }: FoundPart, { options }: PartSource<ChunkFinder>): boolean {
  const { header, starts } = layout
  if (!codeOf(knownCodecOf(header), header.filters).threads || options.postfilter !== undefined) return false
  return starts.length > 0 || (header.memcpyed && fileOf(bytes) !== undefined)
}

/** Position of the chunk in a file that a worker can read. */
function fileOf(bytes: ChunkBytes): FilePlace | undefined {
  if (bytes instanceof CheckedChunk) return fileOf(bytes.inner)
  if (!(bytes instanceof SourceChunk)) return undefined
  const { source, position, limit } = bytes
  if (source.fd === undefined || source.inFile?.(position, limit) === false) return undefined
  return { fd: source.fd, position, name: source.name }
}

/** Fetches the blocks of a part into a slot. @returns their position, and the layout relative to it */
async function bringBlocks(
  { bytes, layout, part }: FoundPart,
  itemBytes: number,
  slot: Slot,
): Promise<{ packed: Uint8Array; layout: ChunkLayout }> {
  const { header, starts, ends } = layout
  const all = header.variableBlocks || usesFirstBlock(header)
  const wanted = all ? [...starts.keys()] : blocksOf(part, header.blocksize, itemBytes)
  if (wanted.length === starts.length) await bytes.prefetch?.(header.cbytes)
  const moved = { ...layout, starts: new Uint32Array(starts.length), ends: new Uint32Array(starts.length) }
  const sizes = wanted.map((i) => (ends[i] ?? 0) - (starts[i] ?? 0))
  const packed = slot.packed(sizes.reduce((sum, size) => sum + size, 0))
  let at = 0
  for (const [k, i] of wanted.entries()) {
    const size = sizes[k] ?? 0
    packed.set(await bytes.fetch(starts[i] ?? 0, size), at)
    moved.starts[i] = at
    moved.ends[i] = at + size
    at += size
  }
  return { packed, layout: moved }
}

/** A part, or a piece of one, in a slot. */
export interface PartTask extends ReadTask<ReadParams> {
  found: FoundPart & { opens: boolean }
}

/** @returns memory that threads share, and how the part is laid out in it: its own where they share that */
function targetOf(
  { part, out, axes }: FoundPart,
  itemBytes: number,
  threads: Threads,
  slot: Slot,
): PartTarget {
  if (out !== undefined && threads.reaches(out)) return { out, axes }
  return { out: slot.plain(partBytes(part, itemBytes)) }
}

/** What a thread needs to decode a part, or a piece of one. */
export async function bringPart(
  found: PartTask['found'],
  source: PartSource<ChunkFinder>,
  threads: Threads,
  slot: Slot,
): Promise<PartTask> {
  const { itemBytes, blockshape } = source.options
  const { part, bytes } = found
  const { out, axes } = targetOf(found, itemBytes, threads, slot)
  const { header } = found.layout
  const { modules } = codeOf(knownCodecOf(header), header.filters)
  prepareModules(modules)
  const schunk = portableTraits(source.options.schunk, modules.length > 0)
  const common = { part, axes, itemBytes, blockshape, schunk, place: bytes.place }
  const from = fileOf(bytes)
  if (from === undefined) {
    const { layout, packed } = await bringBlocks(found, itemBytes, slot)
    return { found, out, packed, params: { ...common, layout, digest: undefined } }
  }
  const digest = bytes instanceof CheckedChunk ? { bytes: bytes.digest, always: bytes.always } : undefined
  return { found, out, params: { ...common, from, layout: found.layout, digest } }
}

/** Counts chunks that are read without decoding. */
export function countChunks({ options }: PartSource<ChunkFinder>, count: number): void {
  if (options.counts !== undefined) options.counts.chunks += count
}

/** Counts a part that was decoded. */
export function countRead(
  { options: { counts } }: PartSource<ChunkFinder>,
  { opens }: PartTask['found'],
  blocks: number,
): void {
  if (counts === undefined) return
  if (opens) counts.chunks++
  counts.blocks += blocks
}

/** How fast a thread reads such chunks, in MB/s. */
export function decodeSpeed({ layout: { header, starts } }: FoundChunk): number {
  if (starts.length === 0) return COPY_SPEED
  return knownCodecOf(header)?.traits.speed.decompress ?? COPY_SPEED
}
