// Makes chunks of zeros that stand in for lost ones.

import {
  CHUNK_HEADER_BYTES,
  MIN_STREAM_BYTES,
  newChunkHeader,
  writeChunkHeader,
} from '../../../chunk/blosc1/header.js'
import { type Checksum, type ChecksumName, loadChecksum } from '../../../chunk/checksums.js'
import { StreamContext } from '../../../codecs/codec.js'
import { lz4 } from '../../../codecs/lz4.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import { Workspace } from '../../../kernels/workspace.js'

const BLOCK_BYTES = 256 * 1024

/** At least as large as {@link ZeroChunks} makes a chunk of so many zeros, in bytes. */
export function zeroChunkBytes(nbytes: number): number {
  return 256 + Math.ceil(nbytes / 128)
}

/** Makes chunks that decompress to zeros, without ever holding the zeros of more than a block. */
export class ZeroChunks {
  readonly #ws = new Workspace()
  readonly #typesize: number
  readonly #checksumName: ChecksumName
  readonly #made = new Map<number, Uint8Array>()
  #checksum: Checksum | undefined

  constructor(typesize: number, checksum: ChecksumName) {
    this.#typesize = Math.max(1, typesize)
    this.#checksumName = checksum
  }

  /** A chunk of so many zeros, with its digest. */
  async chunk(nbytes: number): Promise<Uint8Array> {
    const before = this.#made.get(nbytes)
    if (before !== undefined) return before
    this.#checksum ??= await loadChecksum(this.#checksumName, () => this.#ws)
    const chunk = nbytes < MIN_STREAM_BYTES ? this.#stored(nbytes) : this.#packed(nbytes)
    const made = Buffer.concat([chunk, this.#checksum.digest(chunk)])
    this.#made.set(nbytes, made)
    return made
  }

  #header(nbytes: number, blocksize: number) {
    const fields = {
      shuffle: 'none',
      split: false,
      codecFormat: lz4.ids.blosc1 ?? 0,
      typesize: this.#typesize,
    } as const
    return newChunkHeader({ ...fields, nbytes, blocksize })
  }

  #stored(nbytes: number): Uint8Array {
    const chunk = new Uint8Array(CHUNK_HEADER_BYTES + nbytes)
    const header = this.#header(nbytes, Math.max(1, nbytes))
    writeChunkHeader(chunk, { ...header, memcpyed: true, cbytes: chunk.length })
    return chunk
  }

  #packed(nbytes: number): Uint8Array {
    const header = this.#header(nbytes, Math.min(nbytes, BLOCK_BYTES))
    const whole = this.#stream(header.blocksize)
    const rest = nbytes % header.blocksize
    const last = rest === 0 ? whole : this.#stream(rest)
    const streamsAt = CHUNK_HEADER_BYTES + 4 * header.nblocks
    const cbytes = streamsAt + (header.nblocks - 1) * whole.length + last.length
    const chunk = new Uint8Array(cbytes)
    writeChunkHeader(chunk, { ...header, cbytes })
    const view = new DataView(chunk.buffer)
    for (let i = 0; i < header.nblocks; i++) {
      const at = streamsAt + i * whole.length
      view.setUint32(CHUNK_HEADER_BYTES + 4 * i, at, true)
      chunk.set(i === header.nblocks - 1 ? last : whole, at)
    }
    return chunk
  }

  /** An LZ4 stream of zeros after its size, stored where LZ4 gains nothing. */
  #stream(size: number): Uint8Array {
    const src = this.#ws.bring(new Uint8Array(size))
    const dst = this.#ws.scratch('output', size)
    const context = new StreamContext(this.#ws, { schunk: loneChunk(1, size) }, { level: 5 })
    context.stream(src, size, dst, size - 1)
    const packed = lz4.encode?.(context) as number
    const stream = new Uint8Array(4 + (packed === 0 ? size : packed))
    new DataView(stream.buffer).setUint32(0, stream.length - 4, true)
    if (packed > 0) stream.set(this.#ws.view(dst, packed), 4)
    return stream
  }
}
