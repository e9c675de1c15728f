// Reads parts of Blosc2 chunks, in threads or in the calling thread.

import type { FilePlace } from '../../../bytes/file-place.js'
import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import type { DecodeOptions } from '../../../chunk/blosc2/decode.js'
import type { ChunkLayout } from '../../../chunk/blosc2/layout.js'
import { usesFirstBlock } from '../../../chunk/blosc2/pipeline.js'
import { codeOf } from '../../../chunk/blosc2/portable.js'
import { knownCodecOf } from '../../../chunk/blosc2/streams.js'
import { allocate } from '../../../core/allocate.js'
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
import {
  blocksOf,
  type ChunkPart,
  decodedBytes,
  type PartTarget,
  partBytes,
  placePart,
  putPart,
  takePart,
} from './chunk-part.js'
import { findParts } from './find-parts.js'
import { SourceChunk } from './source-chunk.js'
import { LEAST_CUT, pieceSize, piecesOf } from './split-parts.js'

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

/** What is known of a whole read. */
interface ReadTogether {
  /** Plain bytes that will be read next, which may make threads worth starting. */
  more?: number
  /** The buffers may hold anything; otherwise they hold zeros. */
  isDirty?: boolean
}

/** Zeros are not decoded. */
function takeZeros({ out, axes, part }: FoundPart, source: PartSource, isDirty: boolean): void {
  const { itemBytes } = source.options
  countChunks(source, 1)
  if (!isDirty || out === undefined) return
  if (axes === undefined) out.fill(0)
  else placePart(allocate(partBytes(part, itemBytes)), { out, axes }, itemBytes)
}

async function readHere(ws: Workspace, source: PartSource, found: FoundPart): Promise<void> {
  const { itemBytes } = source.options
  const chunk = openFound(ws, found, source.options)
  const { out, axes } = found
  if (out !== undefined) return putPart(ws, chunk, found.part, itemBytes, { out, axes })
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

/** A part, or a piece of one, in a slot. */
interface PartTask extends ReadTask<ReadParams> {
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

async function bringPart(
  found: PartTask['found'],
  source: PartSource,
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

async function readThere(
  threads: Threads,
  source: PartSource,
  reads: AsyncIterator<FoundPart>,
  isDirty: boolean,
): Promise<void> {
  const { counts, itemBytes } = source.options
  /** Yields the parts that threads can read. The others are read meanwhile. */
  let pieces: Iterator<PartTask['found']> = [].values()
  const next = async (ws: Workspace, slot: Slot): Promise<PartTask | undefined> => {
    const piece = pieces.next()
    if (piece.done !== true) return bringPart(piece.value, source, threads, slot)
    for (let one = await reads.next(); one.done !== true; one = await reads.next()) {
      const found = one.value
      if (isPortable(found, source)) {
        pieces = piecesOf(found)
        return next(ws, slot)
      }
      if (isZeros(found, source)) takeZeros(found, source, isDirty)
      else await readHere(ws, source, found)
    }
    return undefined
  }
  await withWorkspace((ws) =>
    readTasks(
      { threads, module: jobs, job: 'read', next: (slot) => next(ws, slot) },
      ({ found, out }, blocks) => {
        const { out: goal, axes } = found
        if (goal === undefined) found.take?.(out)
        else if (goal !== out) placePart(out, { out: goal, axes }, itemBytes)
        if (counts === undefined) return
        if (found.opens) counts.chunks++
        counts.blocks += blocks
      },
    ),
  )
}

/** Counts chunks that are read without decoding. */
export function countChunks({ options }: PartSource, count: number): void {
  if (options.counts !== undefined) options.counts.chunks += count
}

function decodeSpeed({ layout: { header, starts } }: FoundChunk): number {
  if (starts.length === 0) return COPY_SPEED
  return knownCodecOf(header)?.traits.speed.decompress ?? COPY_SPEED
}

/**
 * Reads parts of chunks, in the calling thread or in as many threads as pay off. Nothing is written for
 * zeros where the buffers have them already.
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function readParts(
  source: PartSource,
  reads: readonly PartRead[],
  together: ReadTogether = {},
): Promise<void> {
  try {
    await readAll(source, reads, together)
  } catch (error) {
    throw located(error)
  }
}

async function workload(source: PartSource, reads: readonly PartRead[], more: number): Promise<Workload> {
  const { itemBytes } = source.options
  const [first] = reads
  const found = first && { ...first, ...(await source.chunks.find(first.index)) }
  const piece = (found && pieceSize(found)) ?? Number.POSITIVE_INFINITY
  const sizes = reads.map(({ part }) => partBytes(part, itemBytes))
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0)
  const nbytes = reads.reduce((sum, { part }) => sum + decodedBytes(part, itemBytes), 0)
  return {
    threads: source.threads,
    jobs: sizes.reduce((count, size) => count + Math.max(1, Math.ceil(size / piece)), 0),
    nbytes: nbytes + more,
    speed: found === undefined ? COPY_SPEED : decodeSpeed(found),
    slot: { plain: Math.min(piece, largest), packed: 0 },
  }
}

/** One chunk that is not worth cutting: what is known of it need not be looked up first. */
function isSmall([first, second]: readonly PartRead[], { options }: PartSource): boolean {
  return first !== undefined && second === undefined && partBytes(first.part, options.itemBytes) <= LEAST_CUT
}

async function readAll(
  source: PartSource,
  reads: readonly PartRead[],
  { more = 0, isDirty = false }: ReadTogether,
): Promise<void> {
  if (reads.length === 0) return
  const found = findParts(source.chunks, reads, source.options.itemBytes)
  const load = isSmall(reads, source) ? undefined : await workload(source, reads, more)
  await withThreads(load, jobs, (threads) =>
    threads instanceof Alone
      ? readAllHere(threads.workspace, source, found, isDirty)
      : readThere(threads, source, found, isDirty),
  )
}

async function readAllHere(
  ws: Workspace,
  source: PartSource,
  reads: AsyncIterable<FoundPart>,
  isDirty: boolean,
): Promise<void> {
  for await (const found of reads) {
    if (isZeros(found, source)) takeZeros(found, source, isDirty)
    else await readHere(ws, source, found)
  }
}
