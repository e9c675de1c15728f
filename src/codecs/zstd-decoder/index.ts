import { walkZstdFrame } from '../zstd-frame.js'
import { Malformed } from './bits.js'
import { readFse } from './fse.js'
import { type HuffmanTable, readHuffman } from './huffman.js'
import { readLiterals } from './literals.js'
import { eachSequence, LIMITS, readSequenceHead, type SequenceTables } from './sequences.js'

const DICTIONARY_MAGIC = 0xec30a437
const FRAME_MAGIC = 0xfd2fb528

/** What one block leaves to the next, and a dictionary to the first. */
interface Entropy {
  huffman: HuffmanTable | undefined
  tables: Partial<SequenceTables>
  repeats: [number, number, number]
}

/** A dictionary, taken apart (RFC 8878, section 5); bytes without its magic are content only. */
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

/** Takes a dictionary apart. @returns undefined for a malformed one */
export function parseZstdDictionary(bytes: Uint8Array): ZstdDictionary | undefined {
  if (bytes.length < 8 || view(bytes).getUint32(0, true) !== DICTIONARY_MAGIC) return plainDictionary(bytes)
  try {
    return readDictionary(bytes)
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

/** The offset that a value stands for; the three last ones are kept (RFC 8878, section 3.1.1.5). */
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

/** Where the blocks start; checks the identity of the dictionary where the frame names one. */
function blocksStart(frame: Uint8Array, dictionary: ZstdDictionary): number {
  if (frame.length < 5 || view(frame).getUint32(0, true) !== FRAME_MAGIC) throw new Malformed('no frame')
  const descriptor = frame[4] ?? 0
  const single = (descriptor & 0x20) !== 0
  const idBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeBytes = descriptor >> 6 === 0 ? (single ? 1 : 0) : 1 << (descriptor >> 6)
  const idAt = single ? 5 : 6
  let id = 0
  for (let i = idBytes - 1; i >= 0; i--) id = id * 256 + (frame[idAt + i] ?? 0)
  if (id !== 0 && dictionary.id !== 0 && id !== dictionary.id) throw new Malformed('another dictionary')
  return idAt + idBytes + sizeBytes
}

function decodeBlocks(frame: Uint8Array, decoder: FrameDecoder, start: number): void {
  let at = start
  for (let last = false; !last; ) {
    if (at + 3 > frame.length) throw new Malformed('the frame ends early')
    const head = (frame[at] ?? 0) | ((frame[at + 1] ?? 0) << 8) | ((frame[at + 2] ?? 0) << 16)
    last = (head & 1) === 1
    const type = (head >> 1) & 3
    const size = head >> 3
    const stored = type === 1 ? 1 : size
    at += 3
    if (type === 3 || at + stored > frame.length) throw new Malformed('the frame ends early')
    if (type === 0) decoder.put(frame.subarray(at, at + size))
    else if (type === 1) decoder.fill(frame[at] ?? 0, size)
    else decoder.block(frame.subarray(at, at + size))
    at += stored
  }
}

/**
 * Decodes one Zstandard frame (RFC 8878) with a dictionary: the libraries in use take none, save the latest
 * Node. Slow next to them, so it is for frames with dictionaries only.
 * @param nbytes plain size that is expected
 * @returns the plain bytes, or undefined where the frame is malformed or of another size
 */
export function decodeZstd(
  frame: Uint8Array,
  dictionary: ZstdDictionary,
  nbytes: number,
): Uint8Array | undefined {
  const walk = walkZstdFrame(frame)
  if (walk === undefined || (walk.contentSize ?? nbytes) !== nbytes) return undefined
  const before = dictionary.content.length
  const out = new Uint8Array(before + nbytes)
  out.set(dictionary.content)
  try {
    const decoder = new FrameDecoder(out, dictionary)
    decodeBlocks(frame, decoder, blocksStart(frame, dictionary))
    return decoder.at === out.length ? out.subarray(before) : undefined
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
