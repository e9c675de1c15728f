const MAGIC = 0xfd2fb528
const MAX_BLOCK = 128 * 1024
const FCS_BYTES = [0, 2, 4, 8] as const
const DICT_BYTES = [0, 1, 2, 4] as const
const BLOCK_RLE = 1
const BLOCK_COMPRESSED = 2

/** What a walk over the block headers of a Zstandard frame tells without decoding it. */
export interface ZstdFrame {
  /** Size that the frame claims for its content, in bytes, if it claims one. */
  contentSize?: number
  /** The content cannot be larger than this, in bytes. */
  upperBound: number
  usesDictionary: boolean
}

function readLittle(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

interface FrameHeader {
  end: number
  contentSize?: number
  hasChecksum: boolean
  usesDictionary: boolean
}

function parseFrameHeader(bytes: Uint8Array): FrameHeader | undefined {
  if (bytes.length < 5 || readLittle(bytes, 0, 4) !== MAGIC) return undefined
  const descriptor = bytes[4] ?? 0
  const singleSegment = (descriptor & 0x20) !== 0
  const dictBytes = DICT_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3]
  const fcsFlag = (descriptor >> 6) as 0 | 1 | 2 | 3
  const fcsBytes = fcsFlag === 0 && singleSegment ? 1 : FCS_BYTES[fcsFlag]
  const fcsAt = 5 + (singleSegment ? 0 : 1) + dictBytes
  const end = fcsAt + fcsBytes
  if (end > bytes.length) return undefined
  return {
    end,
    hasChecksum: (descriptor & 4) !== 0,
    usesDictionary: dictBytes > 0,
    ...(fcsBytes > 0 && { contentSize: readLittle(bytes, fcsAt, fcsBytes) + (fcsBytes === 2 ? 256 : 0) }),
  }
}

/**
 * Walks a stream that must be exactly one frame (RFC 8878, sections 3.1.1.1 and 3.1.1.2).
 * @returns undefined where it is not, so that nothing is allocated for a stream that lies about its size
 */
export function walkZstdFrame(bytes: Uint8Array): ZstdFrame | undefined {
  const header = parseFrameHeader(bytes)
  if (header === undefined) return undefined
  let at = header.end
  let upperBound = 0
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return undefined
    const block = readLittle(bytes, at, 3)
    const type = (block >> 1) & 3
    const size = block >> 3
    if (type > BLOCK_COMPRESSED) return undefined
    last = (block & 1) === 1
    upperBound += type === BLOCK_COMPRESSED ? MAX_BLOCK : size
    at += 3 + (type === BLOCK_RLE ? 1 : size)
  }
  if (at + (header.hasChecksum ? 4 : 0) !== bytes.length) return undefined
  return {
    upperBound,
    usesDictionary: header.usesDictionary,
    ...(header.contentSize !== undefined && { contentSize: header.contentSize }),
  }
}
