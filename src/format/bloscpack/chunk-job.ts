import { decodeChunk } from '../../chunk/blosc1/decode.js'
import { encodeChunk } from '../../chunk/blosc1/encode.js'
import { parseChunkHeader, type Shuffle } from '../../chunk/blosc1/header.js'
import { type Checksum, type ChecksumName, loadChecksum, sameDigest } from '../../chunk/checksums.js'
import { codecByName } from '../../codecs/registry.js'
import { BlpkError, damaged, type ErrorPlace } from '../../core/errors.js'
import type { Workspace } from '../../kernels/workspace.js'

/** How chunks are to be compressed, in a form that goes to a worker. */
export interface EncodeParams {
  codec: string
  level: number
  shuffle: Shuffle
  typesize: number
  /** In bytes; C-Blosc's rule where it is not given. */
  blocksize?: number
  checksum: ChecksumName
}

/** What to do with a chunk that was read. */
export interface DecodeParams {
  checksum: ChecksumName
  /** Only the checksum is checked, nothing is decompressed. */
  checkOnly?: boolean
  place: ErrorPlace
}

/** Turns plain and packed chunks into each other; the only code that runs in workers. */
export class ChunkWorker {
  readonly #ws: Workspace
  readonly #checksums = new Map<ChecksumName, Checksum>()

  constructor(ws: Workspace) {
    this.#ws = ws
  }

  async #checksum(name: ChecksumName): Promise<Checksum> {
    let checksum = this.#checksums.get(name)
    if (checksum === undefined) {
      checksum = await loadChecksum(name, () => this.#ws)
      this.#checksums.set(name, checksum)
    }
    return checksum
  }

  /** Packs a chunk and puts its digest behind it. @returns the size of both, in bytes */
  async encode(p: EncodeParams, plain: Uint8Array, packed: Uint8Array): Promise<number> {
    const { blocksize, ...rest } = p
    const params = { ...rest, codec: codecByName(p.codec), ...(blocksize !== undefined && { blocksize }) }
    const cbytes = await encodeChunk(this.#ws, params, plain, packed)
    const checksum = await this.#checksum(p.checksum)
    packed.set(checksum.digest(packed.subarray(0, cbytes)), cbytes)
    return cbytes + checksum.size
  }

  /**
   * Checks a packed chunk against the digest behind it and unpacks it.
   * @throws BlpkError CHECKSUM, DAMAGED, UNSUPPORTED
   */
  async decode(p: DecodeParams, packed: Uint8Array, plain: Uint8Array): Promise<void> {
    const checksum = await this.#checksum(p.checksum)
    const cbytes = packed.length - checksum.size
    const chunk = packed.subarray(0, cbytes)
    if (!sameDigest(checksum.digest(chunk), packed.subarray(cbytes))) {
      throw new BlpkError('CHECKSUM', `${checksum.name} mismatch`, p.place)
    }
    if (p.checkOnly === true) return
    const header = parseChunkHeader(chunk, p.place)
    if (header.nbytes !== plain.length) throw damaged(`the chunk has ${header.nbytes} plain bytes`, p.place)
    await decodeChunk(this.#ws, chunk, header, plain, p.place)
  }
}
