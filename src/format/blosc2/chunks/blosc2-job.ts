// Jobs on Blosc2 chunks.

import type { FilePlace } from '../../../bytes/file-place.js'
import { type ChunkBytes, MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import { encodeChunk2Into } from '../../../chunk/blosc2/encode.js'
import type { ChunkLayout } from '../../../chunk/blosc2/layout.js'
import { damaged, type ErrorPlace } from '../../../core/errors.js'
import type { JobModule } from '../../../engine/job.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { FileSource } from '../../../sources/file.js'
import { CheckedChunk } from './checksums.js'
import { type ChunkPart, takePart } from './chunk-part.js'
import { type PortableParams, resolveParams } from './cparams.js'
import { SourceChunk } from './source-chunk.js'

/** What is to be read of a chunk whose layout is known. */
export interface ReadParams {
  /** Where the chunk is, where it is read from a file. */
  from?: FilePlace | undefined
  layout: ChunkLayout
  part: ChunkPart
  /** Item size of the super-chunk, in bytes. */
  itemBytes: number
  blockshape: readonly number[] | undefined
  place: ErrorPlace
  /** The xxh64 of the chunk, where it is known and may have to be checked. */
  digest: { bytes: Uint8Array; always: boolean } | undefined
}

export const jobs: JobModule<ReturnType<typeof open>> = {
  url: new URL('./blosc2-job.js', import.meta.url).href,
  open,
}

function open(ws: Workspace) {
  return {
    /** Packs a chunk. @returns its size, in bytes */
    encode({ options, itemBytes }: PortableParams, plain: Uint8Array, packed: Uint8Array): Promise<number> {
      return encodeChunk2Into(ws, resolveParams(options, itemBytes), plain, packed)
    },

    /**
     * Reads a part of a chunk.
     * @param packed the blocks that are needed, where they are not read from a file
     * @returns how many blocks were decoded
     */
    async read(p: ReadParams, plain: Uint8Array, packed?: Uint8Array): Promise<number> {
      const { itemBytes, blockshape, place, layout } = p
      const counts = { chunks: 0, blocks: 0 }
      const bytes = packed === undefined ? inFile(p) : new MemoryChunk(packed, place)
      const chunk = new OpenChunk(ws, bytes, layout, { itemBytes, blockshape, counts })
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
