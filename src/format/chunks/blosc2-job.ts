// Jobs on Blosc2 chunks.

import type { FilePlace } from '../../bytes/file-place.js'
import { type ChunkBytes, MemoryChunk } from '../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../chunk/blosc2/decode.js'
import { encodeBlosc2ChunkInto } from '../../chunk/blosc2/encode.js'
import type { ChunkLayout } from '../../chunk/blosc2/layout.js'
import { loadModules } from '../../codecs/plugin-modules.js'
import { changedError, damaged, type ErrorPlace } from '../../core/errors.js'
import type { SChunkTraits } from '../../core/schunk-traits.js'
import { type From, fill } from '../../engine/fill.js'
import type { JobModule } from '../../engine/job.js'
import { prepareWorkers } from '../../engine/preparation.js'
import { fitsArena } from '../../engine/slot.js'
import type { Workspace } from '../../kernels/workspace.js'
import { FileSource } from '../../sources/file.js'
import { CheckedChunk } from './checksums.js'
import { type ChunkPart, type PartTarget, putPart, touchesAll } from './chunk-part.js'
import { type PortableParams, resolveParams } from './cparams.js'
import { SourceChunk } from './source-chunk.js'

/** What to read from a chunk whose layout is known. */
export interface ReadParams extends Pick<PartTarget, 'axes'> {
  /** Position of the chunk in a file; undefined if the needed blocks were passed along. */
  from?: FilePlace | undefined
  layout: ChunkLayout
  part: ChunkPart
  /** Typesize of the super-chunk, in bytes. */
  itemBytes: number
  blockshape: readonly number[] | undefined
  schunk: SChunkTraits
  place: ErrorPlace
  /** The xxh64 of the chunk, if known and possibly to be checked. */
  digest: { bytes: Uint8Array; always: boolean } | undefined
}

export const jobs: JobModule<ReturnType<typeof open>> = {
  url: new URL('./blosc2-job.js', import.meta.url).href,
  open,
}

const prepared = new Set<string>()

/** Makes workers load user modules before their next jobs. */
export function prepareModules(modules: readonly string[]): void {
  for (const module of modules) {
    if (!prepared.has(module)) prepareWorkers(jobs, 'load', module)
    prepared.add(module)
  }
}

function open(ws: Workspace) {
  return {
    /** Loads a module that registers codecs or filters. */
    async load(module: string): Promise<number> {
      await loadModules([module])
      return 0
    },

    /** Packs a chunk. @returns its size, in bytes */
    async encode(p: PortableParams & From, plain: Uint8Array, packed: Uint8Array): Promise<number> {
      if (!fill(p, plain)) throw changedError(p.from?.name ?? '', 'shorter')
      return encodeBlosc2ChunkInto(ws, resolveParams(p.options, p.target), plain, packed)
    },

    /** Reads part of a chunk; see {@link readPart}. @returns number of decoded blocks */
    read: (p: ReadParams, plain: Uint8Array, packed?: Uint8Array): Promise<number> =>
      readPart(ws, p, plain, packed),

    /** Reads several parts into memory that they share. @param packed of the last one @returns number of decoded blocks */
    async readEach(all: readonly ReadParams[], plain: Uint8Array, packed?: Uint8Array): Promise<number> {
      let blocks = 0
      for (const p of all) blocks += await readPart(ws, p, plain, p.from === undefined ? packed : undefined)
      return blocks
    },
  }
}

/**
 * Reads part of a chunk.
 * @param plain memory for it; with `axes`, for all that it is a part of
 * @param packed the needed blocks, if they are not read from a file
 * @returns number of decoded blocks
 */
async function readPart(
  ws: Workspace,
  p: ReadParams,
  plain: Uint8Array,
  packed: Uint8Array | undefined,
): Promise<number> {
  const { itemBytes, blockshape, schunk, place, layout } = p
  const counts = { chunks: 0, blocks: 0 }
  const bytes = packed === undefined ? inFile(ws, p) : new MemoryChunk(packed, place)
  const chunk = new OpenChunk(ws, bytes, layout, { itemBytes, blockshape, schunk, counts })
  await putPart(ws, chunk, p.part, itemBytes, { out: plain, axes: p.axes })
  return counts.blocks
}

function inFile(ws: Workspace, p: ReadParams): ChunkBytes {
  const { from, layout, place, digest } = p
  if (from === undefined) throw damaged('there are no bytes to read', place)
  const { cbytes } = layout.header
  const chunk = (): ChunkBytes =>
    new SourceChunk(new FileSource(from.name, from.fd), from.position, cbytes, place)
  if (digest === undefined) return chunk()
  const isWhole = (digest.always || touchesAll(p.part, layout.header, p.itemBytes)) && fitsArena(cbytes)
  return new CheckedChunk(isWhole ? inArena(ws, p) : chunk(), digest.bytes, digest.always)
}

/** All of a chunk, which is checked and decoded where it is. */
function inArena(ws: Workspace, { from, layout, place }: ReadParams): ChunkBytes {
  const { cbytes } = layout.header
  const bytes = ws.view(ws.scratch('chunk', cbytes), cbytes)
  if (!fill({ from }, bytes)) throw damaged('the chunk is truncated', place)
  return new MemoryChunk(bytes, place)
}
