// Jobs on Blosc2 chunks.

import type { FilePlace } from '../../../bytes/file-place.js'
import { type ChunkBytes, MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import { encodeBlosc2ChunkInto } from '../../../chunk/blosc2/encode.js'
import type { ChunkLayout } from '../../../chunk/blosc2/layout.js'
import { loadModules } from '../../../codecs/plugin-modules.js'
import { changedError, damaged, type ErrorPlace } from '../../../core/errors.js'
import type { SChunkTraits } from '../../../core/schunk-traits.js'
import { type From, fill } from '../../../engine/fill.js'
import type { JobModule } from '../../../engine/job.js'
import { prepareWorkers } from '../../../engine/preparation.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { FileSource } from '../../../sources/file.js'
import { CheckedChunk } from './checksums.js'
import { type ChunkPart, takePart } from './chunk-part.js'
import { type PortableParams, resolveParams } from './cparams.js'
import { SourceChunk } from './source-chunk.js'

/** What is to be read of a chunk whose layout is known. */
export interface ReadParams {
  /** Where the chunk is in a file; undefined where the blocks that are needed were brought. */
  from?: FilePlace | undefined
  layout: ChunkLayout
  part: ChunkPart
  /** Item size of the super-chunk, in bytes. */
  itemBytes: number
  blockshape: readonly number[] | undefined
  schunk: SChunkTraits
  place: ErrorPlace
  /** The xxh64 of the chunk, where it is known and may have to be checked. */
  digest: { bytes: Uint8Array; always: boolean } | undefined
}

export const jobs: JobModule<ReturnType<typeof open>> = {
  url: new URL('./blosc2-job.js', import.meta.url).href,
  open,
}

const prepared = new Set<string>()

/** Has workers load modules of users before what they do next. */
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

    /**
     * Reads a part of a chunk.
     * @param packed the blocks that are needed, where they are not read from a file
     * @returns how many blocks were decoded
     */
    async read(p: ReadParams, plain: Uint8Array, packed?: Uint8Array): Promise<number> {
      const { itemBytes, blockshape, schunk, place, layout } = p
      const counts = { chunks: 0, blocks: 0 }
      const bytes = packed === undefined ? inFile(p) : new MemoryChunk(packed, place)
      const chunk = new OpenChunk(ws, bytes, layout, { itemBytes, blockshape, schunk, counts })
      await takePart(chunk, p.part, itemBytes, plain)
      return counts.blocks
    },
  }
}

function inFile({ from, layout, place, digest }: ReadParams): ChunkBytes {
  if (from === undefined) throw damaged('there are no bytes to read', place)
  const { name, fd, position } = from
  const chunk = new SourceChunk(new FileSource(name, fd), position, layout.header.cbytes, place)
  return digest === undefined ? chunk : new CheckedChunk(chunk, digest.bytes, digest.always)
}
