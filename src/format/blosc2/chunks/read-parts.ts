import type { FilePlace } from '../../../bytes/file-place.js'
import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import type { DecodeOptions } from '../../../chunk/blosc2/decode.js'
import type { ChunkLayout } from '../../../chunk/blosc2/layout.js'
import { usesFirstBlock } from '../../../chunk/blosc2/pipeline.js'
import { codeOf } from '../../../chunk/blosc2/portable.js'
import { knownCodecOf } from '../../../chunk/blosc2/streams.js'
import { located } from '../../../core/errors.js'
import { portableTraits } from '../../../core/schunk-traits.js'
import { inOrder } from '../../../engine/in-order.js'
import { threadsFor, withPool } from '../../../engine/pools.js'
import type { Slot } from '../../../engine/slot.js'
import type { ThreadPool } from '../../../engine/thread-pool.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { jobs, prepareModules, type ReadParams } from './blosc2-job.js'
import { CheckedChunk } from './checksums.js'
import { type ChunkList, type FoundChunk, openFound } from './chunk-list.js'
import { blocksOf, type ChunkPart, decodedBytes, partBytes, takePart } from './chunk-part.js'
import { findParts } from './find-parts.js'
import { SourceChunk } from './source-chunk.js'

/** A part of a chunk that is wanted. */
export interface PartRead {
  index: number
  part: ChunkPart
  /** Where a range of plain bytes goes at once. */
  out?: Uint8Array
  /** Takes the plain bytes, which may be used until it returns; not called for zeros: they are there already. */
  take?: (plain: Uint8Array) => void
}

/** Where parts are read from. */
export interface PartSource {
  chunks: ChunkList
  options: DecodeOptions
  /** All cores by default; 1 for the calling thread. */
  threads: number | undefined
}

/** What is found of a part before it is decoded. */
type Found = PartRead & FoundChunk

/** About how fast a thread decodes what is only stored or repeated, in MB/s. */
const COPY_SPEED = 4000

function isZeros({ layout }: Found, { options }: PartSource): boolean {
  return layout.pattern?.every((byte) => byte === 0) === true && options.postfilter === undefined
}

/** Can a worker decode the chunk? It has no code of users whose module is not known, and cannot ask their sources. */
function isPortable({ layout, bytes }: Found, { options }: PartSource): boolean {
  const { header, starts } = layout
  if (!codeOf(knownCodecOf(header), header.filters).threads || options.postfilter !== undefined) return false
  return starts.length > 0 || (header.memcpyed && fileOf(bytes) !== undefined)
}

/** Where the chunk lies in a file that a worker can read. */
function fileOf(bytes: ChunkBytes): FilePlace | undefined {
  if (bytes instanceof CheckedChunk) return fileOf(bytes.inner)
  if (!(bytes instanceof SourceChunk)) return undefined
  const { source, position, limit } = bytes
  if (source.fd === undefined || source.inFile?.(position, limit) === false) return undefined
  return { fd: source.fd, position, name: source.name }
}

async function readHere(ws: Workspace, source: PartSource, found: Found): Promise<void> {
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

/** Brings the blocks that a part needs into a slot. @returns where they are, and the layout as it is there */
async function bringBlocks(
  { bytes, layout, part }: Found,
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

/** What a worker needs to read the part, and where it does not read it from a file the blocks for it. */
interface ReadJob {
  params: ReadParams
  areas: Uint8Array[]
}

async function jobOf(found: Found, source: PartSource, slot: Slot): Promise<ReadJob> {
  const { itemBytes, blockshape } = source.options
  const { part, bytes } = found
  const { place } = bytes
  const { header } = found.layout
  const { modules } = codeOf(knownCodecOf(header), header.filters)
  prepareModules(modules)
  const schunk = portableTraits(source.options.schunk, modules.length > 0)
  const told = { itemBytes, blockshape, schunk, place }
  const plain = slot.plain(partBytes(part, itemBytes))
  const from = fileOf(bytes)
  if (from === undefined) {
    const { layout, packed } = await bringBlocks(found, itemBytes, slot)
    const params = { layout, part, ...told, digest: undefined }
    return { params, areas: [plain, packed] }
  }
  const digest = bytes instanceof CheckedChunk ? { bytes: bytes.digest, always: bytes.always } : undefined
  return {
    params: { from, layout: found.layout, part, ...told, digest },
    areas: [plain],
  }
}

async function readThere(
  pool: ThreadPool,
  slots: readonly Slot[],
  source: PartSource,
  reads: AsyncIterator<Found>,
): Promise<void> {
  const { counts, itemBytes } = source.options
  await withWorkspace((ws) =>
    inOrder<Slot, { found: Found; job: ReadJob }, number>({
      slots,
      next: async (slot) => {
        for (let next = await reads.next(); next.done !== true; next = await reads.next()) {
          const found = next.value
          if (isPortable(found, source)) return { found, job: await jobOf(found, source, slot) }
          if (isZeros(found, source)) count(source)
          else await readHere(ws, source, found)
        }
        return undefined
      },
      work: (_slot, { job }) => pool.run(jobs, 'read', job.params, ...job.areas),
      done: async (slot, { found }, blocks) => {
        const plain = slot.plain(partBytes(found.part, itemBytes))
        if (found.out !== undefined) found.out.set(plain)
        else found.take?.(plain)
        if (counts !== undefined) {
          counts.chunks++
          counts.blocks += blocks
        }
        return undefined
      },
    }),
  )
}

function count({ options }: PartSource): void {
  if (options.counts !== undefined) options.counts.chunks++
}

async function decodeSpeed(source: PartSource, first: PartRead): Promise<number> {
  const { header, starts } = (await source.chunks.find(first.index)).layout
  if (starts.length === 0) return COPY_SPEED
  return knownCodecOf(header)?.traits.speed.decompress ?? COPY_SPEED
}

/**
 * Reads parts of chunks, in the calling thread or in as many as are worth it. Where a part is zeros, nothing is
 * written: whoever asks has zeros there.
 * @param more plain bytes that are going to be read next: threads may be worth starting for them too
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function readParts(source: PartSource, reads: readonly PartRead[], more = 0): Promise<void> {
  try {
    await readAll(source, reads, more)
  } catch (error) {
    throw located(error)
  }
}

async function readAll(source: PartSource, reads: readonly PartRead[], more: number): Promise<void> {
  const [first] = reads
  if (first === undefined) return
  const { itemBytes } = source.options
  const slotBytes = reads.reduce((most, { part }) => Math.max(most, partBytes(part, itemBytes)), 0)
  const nbytes = reads.reduce((sum, { part }) => sum + decodedBytes(part, itemBytes), 0)
  const { threads } = source
  const hands =
    reads.length === 1
      ? 0
      : threadsFor({
          threads,
          pieces: reads.length,
          nbytes: nbytes + more,
          speed: await decodeSpeed(source, first),
          slotBytes,
        })
  if (hands > 0) {
    await withPool({ threads: hands, slotBytes, module: jobs }, (pool, slots) =>
      readThere(pool, slots, source, findParts(source.chunks, reads, itemBytes)),
    )
    return
  }
  await withWorkspace(async (ws) => {
    for await (const found of findParts(source.chunks, reads, itemBytes)) {
      if (isZeros(found, source)) count(source)
      else await readHere(ws, source, found)
    }
  })
}
