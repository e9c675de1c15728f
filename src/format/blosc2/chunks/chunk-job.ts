import type { FilePlace } from '../../../bytes/file-place.js'
import { type ChunkBytes, MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import { encodeChunk2Into } from '../../../chunk/blosc2/encode.js'
import type { ChunkLayout } from '../../../chunk/blosc2/layout.js'
import type { ErrorPlace } from '../../../core/errors.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { FileSource } from '../../../sources/file.js'
import { type ProofRun, proveRun } from '../damage/proof-run.js'
import { CheckedChunk } from './checksums.js'
import { type ChunkPart, takePart } from './chunk-part.js'
import { type PortableParams, resolveParams } from './cparams.js'
import { SourceChunk } from './source-chunk.js'

/** What is to be read of a chunk whose layout is known. */
export interface ReadParams {
  layout: ChunkLayout
  part: ChunkPart
  /** Item size of the super-chunk, in bytes. */
  itemBytes: number
  blockshape: readonly number[] | undefined
  place: ErrorPlace
  /** The xxh64 of the chunk, where it is known and may have to be checked. */
  digest: { bytes: Uint8Array; always: boolean } | undefined
}

/** Packs and reads Blosc2 chunks in a worker: none that need code of a user. */
export class Chunk2Worker {
  readonly #ws: Workspace

  constructor(ws: Workspace) {
    this.#ws = ws
  }

  /** @returns the size of the chunk, in bytes */
  encode({ options, itemBytes }: PortableParams, plain: Uint8Array, packed: Uint8Array): Promise<number> {
    return encodeChunk2Into(this.#ws, resolveParams(options, itemBytes), plain, packed)
  }

  /** @returns how many blocks were decoded */
  async read(p: ReadParams, from: FilePlace | Uint8Array, plain: Uint8Array): Promise<number> {
    const { itemBytes, blockshape, place, layout } = p
    const counts = { chunks: 0, blocks: 0 }
    const bytes = from instanceof Uint8Array ? new MemoryChunk(from, place) : inFile(from, p)
    const chunk = new OpenChunk(this.#ws, bytes, layout, { itemBytes, blockshape, counts })
    await takePart(chunk, p.part, itemBytes, plain)
    return counts.blocks
  }

  /** @param records room for what is noted of each chunk @returns plain bytes of chunks that are sound */
  prove(run: ProofRun, { fd, name, position }: FilePlace, records: Uint8Array): Promise<number> {
    const words = new Uint32Array(records.buffer, records.byteOffset, records.length / 4)
    return proveRun(this.#ws, run, new FileSource(name, fd), position, words)
  }
}

function inFile({ name, fd, position }: FilePlace, { layout, place, digest }: ReadParams): ChunkBytes {
  const chunk = new SourceChunk(new FileSource(name, fd), position, layout.header.cbytes, place)
  return digest === undefined ? chunk : new CheckedChunk(chunk, digest.bytes, digest.always)
}
