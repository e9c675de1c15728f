// Jobs on chunks of Bloscpack archives: Blosc 1 with a digest after each.

import { decodeChunk } from '../../chunk/blosc1/decode.js'
import { encodeChunk } from '../../chunk/blosc1/encode.js'
import { parseChunkHeader } from '../../chunk/blosc1/header.js'
import { type Checksum, type ChecksumName, loadChecksum, sameDigest } from '../../chunk/checksums.js'
import { codecByName } from '../../codecs/registry.js'
import { BlpkError, changedError, damaged, type ErrorPlace } from '../../core/errors.js'
import { type From, fill } from '../../engine/fill.js'
import type { JobModule } from '../../engine/job.js'
import type { Shuffle } from '../../filters/shuffles.js'
import type { Workspace } from '../../kernels/workspace.js'

/** How chunks are to be compressed, in a form that goes to a worker. */
export interface EncodeParams {
  codec: string
  level: number
  shuffle: Shuffle
  typesize: number
  /** In bytes; C-Blosc's rule if it is not given. */
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

type LoadChecksum = (name: ChecksumName) => Promise<Checksum>

/** Loads each checksum once. */
function checksumLoader(ws: Workspace): LoadChecksum {
  const checksums = new Map<ChecksumName, Checksum>()
  return async (name) => {
    let checksum = checksums.get(name)
    if (checksum === undefined) {
      checksum = await loadChecksum(name, () => ws)
      checksums.set(name, checksum)
    }
    return checksum
  }
}

export const jobs: JobModule<ReturnType<typeof open>> = {
  url: new URL('./blosc1-job.js', import.meta.url).href,
  open,
}

function open(ws: Workspace) {
  const load = checksumLoader(ws)
  return {
    /** Packs a chunk and puts its digest after it. @returns the size of both, in bytes */
    async encode(p: EncodeParams & From, plain: Uint8Array, packed: Uint8Array): Promise<number> {
      if (!fill(p, plain)) throw changedError(p.from?.name ?? '', 'shorter')
      const { blocksize, from: _, ...rest } = p
      const params = { ...rest, codec: codecByName(p.codec), ...(blocksize !== undefined && { blocksize }) }
      const cbytes = await encodeChunk(ws, params, plain, packed)
      const checksum = await load(p.checksum)
      packed.set(checksum.digest(packed.subarray(0, cbytes)), cbytes)
      return cbytes + checksum.size
    },

    /**
     * Checks a packed chunk against the digest after it and unpacks it.
     * @returns plain bytes
     * @throws BlpkError CHECKSUM, DAMAGED, UNSUPPORTED
     */
    async decode(p: DecodeParams & From, plain: Uint8Array, packed: Uint8Array): Promise<number> {
      if (!fill(p, packed)) throw damaged('the archive ends within this chunk', p.place)
      const checksum = await load(p.checksum)
      const cbytes = packed.length - checksum.size
      const chunk = packed.subarray(0, cbytes)
      if (!sameDigest(checksum.digest(chunk), packed.subarray(cbytes))) {
        throw new BlpkError('CHECKSUM', `${checksum.name} mismatch`, p.place)
      }
      if (p.checkOnly === true) return 0
      const header = parseChunkHeader(chunk, p.place)
      if (header.nbytes !== plain.length) throw damaged(`the chunk has ${header.nbytes} plain bytes`, p.place)
      await decodeChunk(ws, chunk, header, plain, p.place)
      return plain.length
    },
  }
}
