// Decodes Zstandard frames with a dictionary. Frames without one have faster decoders.

import { behindSkippable, type ZstdFrame, zstdFrameAt } from '../zstd-frame.js'
import { Malformed } from './bits.js'
import { zstdChecksum } from './checksum.js'
import { readFse } from './fse.js'
import { type HuffmanTable, readHuffman } from './huffman.js'
import { readLiterals } from './literals.js'
import { eachSequence, LIMITS, readSequenceHead, type SequenceTables } from './sequences.js'

const DICTIONARY_MAGIC = 0xec30a437

/** State that one block passes to the next, and a dictionary to the first. */
interface Entropy {
  huffman: HuffmanTable | undefined
  tables: Partial<SequenceTables>
  repeats: [number, number, number]
}

/** A parsed dictionary (RFC 8878, section 5). Without its magic, all bytes are content. */
export interface ZstdDictionary {
  id: number
  content: Uint8Array
  entropy: Entropy
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

function plainDictionary(content: Uint8Array): ZstdDictionary {
  return { id: 0, content, entropy: { huffman: undefined, tables: {}, repeats: [1, 4, 8] } }
}

function readDictionary(bytes: Uint8Array): ZstdDictionary {
  const [huffman, used] = readHuffman(bytes.subarray(8))
  let at = 8 + used
  const tables: Partial<SequenceTables> = {}
  for (const kind of ['offsets', 'matches', 'literals'] as const) {
    const [table, size] = readFse(bytes.subarray(at), LIMITS[kind].log, LIMITS[kind].symbol)
    tables[kind] = table
    at += size
  }
  if (at + 12 > bytes.length) throw new Malformed('the dictionary ends early')
  const numbers = view(bytes)
  const content = bytes.subarray(at + 12)
  const repeats = [0, 4, 8].map((more) => numbers.getUint32(at + more, true)) as Entropy['repeats']
  if (repeats.some((distance) => distance === 0 || distance > content.length)) {
    throw new Malformed('the dictionary has wrong offsets')
  }
  return { id: numbers.getUint32(4, true), content, entropy: { huffman, tables, repeats } }
}

/** Parses a dictionary. @returns undefined for a malformed one */
export function parseZstdDictionary(bytes: Uint8Array): ZstdDictionary | undefined {
  if (bytes.length < 8 || view(bytes).getUint32(0, true) !== DICTIONARY_MAGIC) return plainDictionary(bytes)
  try {
    return readDictionary(bytes)
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

/** Resolves an offset value; the last three offsets are remembered (RFC 8878, section 3.1.1.5). */
function resolveOffset(repeats: Entropy['repeats'], value: number, literals: number): number {
  if (value > 3) {
    repeats.splice(0, 3, value - 3, repeats[0], repeats[1])
    return value - 3
  }
  const index = value - 1 + (literals === 0 ? 1 : 0)
  if (index === 0) return repeats[0]
  const offset = index === 3 ? repeats[0] - 1 : index === 1 ? repeats[1] : repeats[2]
  if (offset === 0) throw new Malformed('an offset is 0')
  repeats.splice(0, 3, offset, repeats[0], index === 1 ? repeats[2] : repeats[1])
  return offset
}

/** The decoder of one frame. `out` starts with the dictionary's content. */
class FrameDecoder {
  readonly #out: Uint8Array
  readonly #entropy: Entropy
  at: number

  constructor(out: Uint8Array, dictionary: ZstdDictionary) {
    this.#out = out
    this.at = dictionary.content.length
    const { huffman, tables, repeats } = dictionary.entropy
    this.#entropy = { huffman, tables, repeats: [...repeats] }
  }

  put(bytes: Uint8Array): void {
    if (bytes.length > this.#out.length - this.at) throw new Malformed('the frame is longer than expected')
    this.#out.set(bytes, this.at)
    this.at += bytes.length
  }

  fill(byte: number, count: number): void {
    if (count > this.#out.length - this.at) throw new Malformed('the frame is longer than expected')
    this.#out.fill(byte, this.at, this.at + count)
    this.at += count
  }

  #match(offset: number, length: number): void {
    const out = this.#out
    if (offset > this.at || length > out.length - this.at) throw new Malformed('a match lies outside')
    if (offset >= length) out.copyWithin(this.at, this.at - offset, this.at - offset + length)
    else for (let i = 0; i < length; i++) out[this.at + i] = out[this.at + i - offset] ?? 0
    this.at += length
  }

  block(bytes: Uint8Array): void {
    const e = this.#entropy
    const literals = readLiterals(bytes, e.huffman)
    e.huffman = literals.huffman
    const head = readSequenceHead(bytes.subarray(literals.used), e.tables)
    e.tables = head.tables
    let used = 0
    if (head.count > 0) {
      eachSequence(head, (length, match, value) => {
        if (length > literals.bytes.length - used) throw new Malformed('there are too few literals')
        this.put(literals.bytes.subarray(used, used + length))
        used += length
        this.#match(resolveOffset(e.repeats, value, length), match)
      })
    }
    this.put(literals.bytes.subarray(used))
  }
}

function decodeBlocks(blocks: Uint8Array, decoder: FrameDecoder): void {
  for (let at = 0; at < blocks.length; ) {
    const head = (blocks[at] ?? 0) | ((blocks[at + 1] ?? 0) << 8) | ((blocks[at + 2] ?? 0) << 16)
    const type = (head >> 1) & 3
    const size = head >> 3
    at += 3
    if (type === 0) decoder.put(blocks.subarray(at, at + size))
    else if (type === 1) decoder.fill(blocks[at] ?? 0, size)
    else decoder.block(blocks.subarray(at, at + size))
    at += type === 1 ? 1 : size
  }
}

/** Decodes one frame after the dictionary's content at the start of `out`. @returns the end of its content */
function decodeFrame(
  stream: Uint8Array,
  frame: ZstdFrame,
  dictionary: ZstdDictionary,
  out: Uint8Array,
): number {
  const { id } = dictionary
  if (frame.dictionary !== 0 && id !== 0 && frame.dictionary !== id)
    throw new Malformed('the stream needs another dictionary')
  const decoder = new FrameDecoder(out, dictionary)
  const start = decoder.at
  decodeBlocks(stream.subarray(frame.blocksStart, frame.blocksEnd), decoder)
  const { contentSize = decoder.at - start } = frame
  if (decoder.at - start !== contentSize) throw new Malformed('the content size is wrong')
  if (!frame.hasChecksum) return decoder.at
  const sum = view(stream).getUint32(frame.blocksEnd, true)
  if (zstdChecksum(out.subarray(start, decoder.at)) !== sum) throw new Malformed('the checksum is wrong')
  return decoder.at
}

function roomFor({ content }: ZstdDictionary, nbytes: number): Uint8Array {
  const room = new Uint8Array(content.length + nbytes)
  room.set(content)
  return room
}

function decodeFrames(stream: Uint8Array, dictionary: ZstdDictionary, nbytes: number): Uint8Array {
  const before = dictionary.content.length
  const first = roomFor(dictionary, nbytes)
  const plain = first.subarray(before)
  let later: Uint8Array | undefined
  let done = 0
  for (let at = 0; at < stream.length; ) {
    const next = behindSkippable(stream, at)
    if (next === undefined) throw new Malformed('the stream ends early')
    if (next !== at) {
      at = next
      continue
    }
    const frame = zstdFrameAt(stream, at)
    if (frame === undefined) throw new Malformed('there is no frame')
    // Frames cannot refer to earlier frames: each needs the dictionary right before its content.
    if (done > 0) later ??= roomFor(dictionary, nbytes)
    const room = (later ?? first).subarray(0, before + nbytes - done)
    const size = decodeFrame(stream, frame, dictionary, room) - before
    if (later !== undefined) plain.set(room.subarray(before, before + size), done)
    done += size
    at = frame.end
  }
  if (done !== nbytes) throw new Malformed('the content size is wrong')
  return plain
}

/**
 * Decodes a stream of Zstandard frames (RFC 8878) with a dictionary. Of the available libraries, only the
 * latest Node supports dictionaries. Slow, so it is only used for streams with dictionaries.
 * @param nbytes expected plain size
 * @returns the plain bytes, or undefined if the stream is malformed or has another size
 */
export function decodeZstd(
  stream: Uint8Array,
  dictionary: ZstdDictionary,
  nbytes: number,
): Uint8Array | undefined {
  try {
    return decodeFrames(stream, dictionary, nbytes)
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
