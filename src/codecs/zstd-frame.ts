// Walks over the block headers of a Zstandard frame (RFC 8878), to learn its sizes without decoding it.

const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a50
const SKIPPABLE_HEAD = 8
/** A frame has at least this many bytes. */
const LEAST = 5
const MAX_BLOCK = 128 * 1024
const CHECKSUM_BYTES = 4
/** libzstd refuses windows of this size and more, in bytes. */
const MOST_WINDOW = 2 ** 32
const FCS_BYTES = [0, 2, 4, 8] as const
const DICT_BYTES = [0, 1, 2, 4] as const
const BLOCK_RLE = 1
const BLOCK_COMPRESSED = 2

/** Sizes of a Zstandard frame, found without decoding it. */
export interface ZstdFrame {
  /** Start and end of the blocks, and end of the frame after its checksum, in bytes. */
  blocksStart: number
  blocksEnd: number
  end: number
  hasChecksum: boolean
  /** The content size that the frame claims in bytes, if any. */
  contentSize?: number
  /** Upper bound for the size of the content, in bytes. */
  upperBound: number
  /** Id of its dictionary; 0 for none. */
  dictionary: number
}

function readLittle(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

type FrameHeader = Pick<ZstdFrame, 'blocksStart' | 'contentSize' | 'hasChecksum' | 'dictionary'> & {
  /** Size of the window, in bytes. */
  window: number
}

function windowOf(descriptor: number): number {
  const base = 1024 * 2 ** (descriptor >> 3)
  return base + (base / 8) * (descriptor & 7)
}

function parseFrameHeader(bytes: Uint8Array, start: number): FrameHeader | undefined {
  if (bytes.length - start < LEAST || readLittle(bytes, start, 4) !== MAGIC) return undefined
  const descriptor = bytes[start + 4] ?? 0
  const singleSegment = (descriptor & 0x20) !== 0
  const dictBytes = DICT_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3]
  const fcsFlag = (descriptor >> 6) as 0 | 1 | 2 | 3
  const fcsBytes = fcsFlag === 0 && singleSegment ? 1 : FCS_BYTES[fcsFlag]
  const dictAt = start + 5 + (singleSegment ? 0 : 1)
  const fcsAt = dictAt + dictBytes
  const blocksStart = fcsAt + fcsBytes
  // A reserved bit must be 0.
  if (blocksStart > bytes.length || (descriptor & 8) !== 0) return undefined
  const contentSize = readLittle(bytes, fcsAt, fcsBytes) + (fcsBytes === 2 ? 256 : 0)
  const window = singleSegment ? contentSize : windowOf(bytes[start + 5] ?? 0)
  if (!singleSegment && window >= MOST_WINDOW) return undefined
  return {
    blocksStart,
    hasChecksum: (descriptor & 4) !== 0,
    dictionary: readLittle(bytes, dictAt, dictBytes),
    window,
    ...(fcsBytes > 0 && { contentSize }),
  }
}

/**
 * Walks over a frame (RFC 8878, sections 3.1.1.1 and 3.1.1.2).
 * @returns undefined if no frame starts at `start`, or it is truncated
 */
export function zstdFrameAt(bytes: Uint8Array, start: number): ZstdFrame | undefined {
  const header = parseFrameHeader(bytes, start)
  if (header === undefined) return undefined
  const { window, ...known } = header
  const most = Math.min(window, MAX_BLOCK)
  let at = header.blocksStart
  let upperBound = 0
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return undefined
    const block = readLittle(bytes, at, 3)
    const type = (block >> 1) & 3
    const size = block >> 3
    if (type > BLOCK_COMPRESSED || (type !== BLOCK_RLE && size > most)) return undefined
    last = (block & 1) === 1
    upperBound += type === BLOCK_COMPRESSED ? MAX_BLOCK : size
    at += 3 + (type === BLOCK_RLE ? 1 : size)
  }
  const end = at + (header.hasChecksum ? CHECKSUM_BYTES : 0)
  return end > bytes.length ? undefined : { ...known, blocksEnd: at, end, upperBound }
}

/**
 * Walks over a stream that must be exactly one frame.
 * @returns undefined if it is not, so that nothing is allocated for a stream that lies about its size
 */
export function walkZstdFrame(bytes: Uint8Array): ZstdFrame | undefined {
  const frame = zstdFrameAt(bytes, 0)
  return frame?.end === bytes.length ? frame : undefined
}

/**
 * Skips a skippable frame (RFC 8878, section 3.1.2).
 * @returns `start` if there is none; undefined if it is longer than the stream
 */
export function behindSkippable(bytes: Uint8Array, start: number): number | undefined {
  if (bytes.length - start < LEAST || (readLittle(bytes, start, 4) & 0xfffffff0) >>> 0 !== SKIPPABLE)
    return start
  const end = start + SKIPPABLE_HEAD + readLittle(bytes, start + 4, 4)
  return end > bytes.length ? undefined : end
}
