// Reads parts of Blosc2 chunks, in threads or in the calling thread.

import type { FilePlace } from '../../../bytes/file-place.js'
import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import type { DecodeOptions } from '../../../chunk/blosc2/decode.js'
import type { ChunkLayout } from '../../../chunk/blosc2/layout.js'
import { usesFirstBlock } from '../../../chunk/blosc2/pipeline.js'
import { codeOf } from '../../../chunk/blosc2/portable.js'
import { knownCodecOf } from '../../../chunk/blosc2/streams.js'
import { located } from '../../../core/errors.js'
import { portableTraits } from '../../../core/schunk-traits.js'
import { Alone } from '../../../engine/alone.js'
import { withThreads } from '../../../engine/pools.js'
import { type ReadTask, readTasks } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import { COPY_SPEED, type Workload } from '../../../engine/thread-policy.js'
import type { Threads } from '../../../engine/threads.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { jobs, prepareModules, type ReadParams } from './blosc2-job.js'
import { CheckedChunk } from './checksums.js'
import { type ChunkList, type FoundChunk, openFound } from './chunk-list.js'
import { blocksOf, type ChunkPart, decodedBytes, partBytes, takePart } from './chunk-part.js'
import { findParts } from './find-parts.js'
import { SourceChunk } from './source-chunk.js'

/** A wanted part of a chunk. */
export interface PartRead {
  index: number
  part: ChunkPart
  /** Buffer that a range of plain bytes is written to directly. */
  out?: Uint8Array
  /**
   * Takes the plain bytes, which are valid until it returns. Not called for zeros, which the buffer already
   * has.
   */
  take?: (plain: Uint8Array) => void
}

/** The source of parts. */
export interface PartSource {
  chunks: ChunkList
  options: DecodeOptions
  /** Default: one per core; 1 for the calling thread. */
  threads: number | undefined
}

/** What is known about a part before it is decoded. */
type FoundPart = PartRead & FoundChunk

function isZeros({ layout }: FoundPart, { options }: PartSource): boolean {
  return layout.pattern?.every((byte) => byte === 0) === true && options.postfilter === undefined
}

/**
 * Whether a worker can decode the chunk: it needs no user code of unknown module, and no user-defined source.
 */
function isPortable({ layout, bytes }: FoundPart, { options }: PartSource): boolean {
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

async function readHere(ws: Workspace, source: PartSource, found: FoundPart): Promise<void> {
  const { itemBytes } = source.options
  const chunk = openFound(ws, found, source.options)
  if (found.out !== undefined) {
    await takePart(chunk, found.part, itemBytes, found.out)
    return
  }
  const nbytes = partBytes(found.part, itemBytes)
  const address = ws.scratch('part', nbytes)
  await takePart(chunk, found.part, itemBytes, ws.view(address, nbytes))
  found.take?.(ws.view(address, nbytes))
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

/** A part in a slot. */
interface PartTask extends ReadTask<ReadParams> {
  found: FoundPart
}

async function bringPart(found: FoundPart, source: PartSource, slot: Slot): Promise<PartTask> {
  const { itemBytes, blockshape } = source.options
  const { part, bytes } = found
  const out = slot.plain(partBytes(part, itemBytes))
  const { header } = found.layout
  const { modules } = codeOf(knownCodecOf(header), header.filters)
  prepareModules(modules)
  const schunk = portableTraits(source.options.schunk, modules.length > 0)
  const common = { part, itemBytes, blockshape, schunk, place: bytes.place }
  const from = fileOf(bytes)
  if (from === undefined) {
    const { layout, packed } = await bringBlocks(found, itemBytes, slot)
    return { found, out, packed, params: { ...common, layout, digest: undefined } }
  }
  const digest = bytes instanceof CheckedChunk ? { bytes: bytes.digest, always: bytes.always } : undefined
  return { found, out, params: { ...common, from, layout: found.layout, digest } }
}

async function readThere(
  threads: Threads,
  source: PartSource,
  reads: AsyncIterator<FoundPart>,
): Promise<void> {
  const { counts } = source.options
  /** Yields the parts that threads can read. The others are read meanwhile. */
  const next = async (ws: Workspace, slot: Slot): Promise<PartTask | undefined> => {
    for (let one = await reads.next(); one.done !== true; one = await reads.next()) {
      const found = one.value
      if (isPortable(found, source)) return bringPart(found, source, slot)
      if (isZeros(found, source)) countChunk(source)
      else await readHere(ws, source, found)
    }
    return undefined
  }
  await withWorkspace((ws) =>
    readTasks(
      { threads, module: jobs, job: 'read', next: (slot) => next(ws, slot) },
      ({ found, out }, blocks) => {
        if (found.out !== undefined) found.out.set(out)
        else found.take?.(out)
        if (counts === undefined) return
        counts.chunks++
        counts.blocks += blocks
      },
    ),
  )
}

/** Counts a chunk that is read without decoding. */
export function countChunk({ options }: PartSource): void {
  if (options.counts !== undefined) options.counts.chunks++
}

async function decodeSpeed(source: PartSource, first: PartRead): Promise<number> {
  const { header, starts } = (await source.chunks.find(first.index)).layout
  if (starts.length === 0) return COPY_SPEED
  return knownCodecOf(header)?.traits.speed.decompress ?? COPY_SPEED
}

/**
 * Reads parts of chunks, in the calling thread or in as many threads as pay off. Nothing is written for
 * zeros, because the buffer must already have them.
 * @param more plain bytes that will be read next, which may make threads worth starting
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function readParts(source: PartSource, reads: readonly PartRead[], more = 0): Promise<void> {
  try {
    await readAll(source, reads, more)
  } catch (error) {
    throw located(error)
  }
}

async function workload(source: PartSource, reads: readonly PartRead[], more: number): Promise<Workload> {
  const { itemBytes } = source.options
  const [first] = reads
  const largest = reads.reduce((most, { part }) => Math.max(most, partBytes(part, itemBytes)), 0)
  const nbytes = reads.reduce((sum, { part }) => sum + decodedBytes(part, itemBytes), 0)
  return {
    threads: source.threads,
    jobs: reads.length,
    nbytes: nbytes + more,
    speed: first === undefined ? COPY_SPEED : await decodeSpeed(source, first),
    slot: { plain: largest, packed: 0 },
  }
}

async function readAll(source: PartSource, reads: readonly PartRead[], more: number): Promise<void> {
  if (reads.length === 0) return
  const found = findParts(source.chunks, reads, source.options.itemBytes)
  const load = reads.length === 1 ? undefined : await workload(source, reads, more)
  await withThreads(load, jobs, (threads) =>
    threads instanceof Alone
      ? readAllHere(threads.workspace, source, found)
      : readThere(threads, source, found),
  )
}

async function readAllHere(
  ws: Workspace,
  source: PartSource,
  reads: AsyncIterable<FoundPart>,
): Promise<void> {
  for await (const found of reads) {
    if (isZeros(found, source)) countChunk(source)
    else await readHere(ws, source, found)
  }
}
