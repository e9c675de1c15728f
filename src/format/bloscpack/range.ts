// Reads ranges of plain bytes: only the chunks and blocks that a range touches.

import type { ByteSpan } from '../../bytes/byte-source.js'
import { decodeRange } from '../../chunk/blosc1/decode.js'
import { CHUNK_HEADER_BYTES, type ChunkHeader } from '../../chunk/blosc1/header.js'
import { type Checksum, sameDigest } from '../../chunk/checksums.js'
import { BlpkError, damaged, located, unsupported, usage } from '../../core/errors.js'
import { unlessAborted } from '../../core/signals.js'
import { Slot } from '../../engine/slot.js'
import { Arena, Workspace } from '../../kernels/workspace.js'
import type { PlacedBytes } from '../span-reader.js'
import type { Archive, ChunkPlace } from './archive.js'
import { readBlocks } from './some-blocks.js'
import { placeOf } from './unpack.js'
import { type FindChunk, findChunk } from './walk.js'

/** A half-open range of plain bytes. */
export interface ByteRange {
  start: number
  stop: number
}

/** @returns the first block that is touched, and the one after the last */
function touchedBlocks({ blocksize }: ChunkHeader, start: number, stop: number): [number, number] {
  return [Math.floor(start / blocksize), Math.ceil(stop / blocksize)]
}

/**
 * @returns the plain size of a chunk, in bytes
 * @throws BlpkError USAGE for a range that is not in the archive, UNSUPPORTED if only all of it can be read
 */
export function checkRange(archive: Archive, { start, stop }: ByteRange): number {
  const { nbytes, source } = archive
  const { chunkSize } = archive.header
  if (chunkSize === undefined || nbytes === undefined)
    throw usage('parts of an archive of unknown size cannot be read; decompress it whole')
  if (source.onlyWhole !== undefined) throw unsupported(source.onlyWhole)
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(stop)
  if (!whole || start < 0 || stop > nbytes || start > stop)
    throw usage(`the range ${start}:${stop} is not within the ${nbytes} plain bytes`)
  return chunkSize
}

/** The part of the bytes from `at` to `stop` in the chunk that holds `at`: its range in that chunk, and where it ends. */
function cutAt(at: number, stop: number, chunkSize: number) {
  const index = Math.floor(at / chunkSize)
  const first = index * chunkSize
  const end = Math.min(stop, first + chunkSize)
  return { index, range: [at - first, end - first] as const, end }
}

/** So many chunks are remembered to be sound. */
const MOST_CHECKED = 1 << 17

/** Rooms that are kept for the next range. */
const MOST_IDLE = 4

/** One place for all chunks of a range, so that each is read where the kernels can work on it. */
interface Room {
  ws: Workspace
  slot: Slot
  /** The chunk that was looked at last, and its bytes where it was read whole. */
  chunk?: ChunkPlace | undefined
  bytes?: Uint8Array | undefined
}

/** Options of reading a range. */
export interface RangeOptions {
  /** Stops before the next piece. */
  signal?: AbortSignal | undefined
}

/** Tells a source where the chunks lie that are going to be read, so that it needs few requests. */
type Announce = (parts: readonly ByteSpan[]) => unknown

interface Giving<T> {
  /** Undefined if the source need not know. */
  announce: Announce | undefined
  /** Makes what is given of each piece and its position. */
  give: (position: number, bytes: Uint8Array) => T
}

/**
 * Reads pieces of chunks: only chunks that are touched are read, only blocks that are touched decompressed. A chunk is
 * read whole, and checked, when it is touched first; then of a file only the blocks that are touched are read.
 */
export class RangeReader {
  readonly #archive: Archive
  readonly #arena = new Arena()
  /** Rooms that nobody reads into now. */
  readonly #idle: Room[] = []
  #checksum: Promise<Checksum> | undefined
  #checksumSpace: Workspace | undefined
  readonly #checked = new Set<number>()
  readonly #find: FindChunk
  readonly #announce: Announce | undefined

  constructor(archive: Archive) {
    const { source } = archive
    this.#archive = archive
    this.#find = (index) => findChunk(archive, index)
    this.#announce = source.willRead && (([range]) => range !== undefined && source.willRead?.(...range))
  }

  /**
   * The plain bytes of a range, chunk by chunk. A piece may be used until the next one is asked for. Several ranges may be
   * read at the same time.
   * @throws BlpkError USAGE if the archive does not record its size, DAMAGED or CHECKSUM, CLOSED; INTERRUPTED with the
   * reason of the signal as its cause
   */
  pieces({ start, stop }: ByteRange, options: RangeOptions = {}): AsyncGenerator<Uint8Array> {
    return this.#each([[start, stop]], this.#find, options, {
      announce: this.#announce,
      give: (_, bytes) => bytes,
    })
  }

  /**
   * Fills `out` with the plain bytes of a range, which is as long.
   * @throws BlpkError as {@link RangeReader.pieces}
   */
  async fill(range: ByteRange, out: Uint8Array): Promise<void> {
    const { start, stop } = range
    const chunkSize = checkRange(this.#archive, range)
    if (this.#announce !== undefined) this.#announce(await this.#extents([[start, stop]], chunkSize))
    const room = this.#takeRoom()
    try {
      for (let at = start; at < stop; ) {
        const { index, range: part, end } = cutAt(at, stop, chunkSize)
        await this.#piece(room, this.#find, index, part, out.subarray(at - start, end - start))
        at = end
      }
    } finally {
      this.#giveBack(room)
    }
  }

  /**
   * The plain bytes of spans with ascending positions, as {@link RangeReader.pieces} gives them: a chunk that holds several of
   * them is read once.
   * @param find finds the chunks, in ascending order
   * @throws BlpkError as {@link RangeReader.pieces}
   */
  spans(
    spans: readonly ByteSpan[],
    find: FindChunk,
    options: RangeOptions = {},
  ): AsyncGenerator<PlacedBytes> {
    const { source } = this.#archive
    const announce: Announce | undefined = source.willReadParts && ((parts) => source.willReadParts?.(parts))
    return this.#each(spans, find, options, { announce, give: (position, bytes) => ({ position, bytes }) })
  }

  /** Where the chunks of spans lie in the archive; neighbours are joined. */
  async #extents(spans: readonly ByteSpan[], chunkSize: number): Promise<ByteSpan[]> {
    const parts: [number, number][] = []
    for (const [start, stop] of spans) {
      const found = await this.#extent(Math.floor(start / chunkSize), Math.ceil(stop / chunkSize) - 1)
      const last = parts.at(-1)
      if (found === undefined) continue
      if (last !== undefined && found[0] <= last[1]) last[1] = Math.max(last[1], found[1])
      else parts.push(found)
    }
    return parts
  }

  async *#each<T>(
    spans: readonly ByteSpan[],
    find: FindChunk,
    { signal }: RangeOptions,
    { announce, give }: Giving<T>,
  ): AsyncGenerator<T> {
    const [head, tail] = [spans[0], spans.at(-1)]
    if (head === undefined || tail === undefined) return
    const chunkSize = checkRange(this.#archive, { start: head[0], stop: tail[1] })
    if (announce !== undefined) announce(await this.#extents(spans, chunkSize))
    const room = this.#takeRoom()
    let reading: Promise<Uint8Array> | undefined
    try {
      for (const [start, stop] of spans) {
        for (let at = start; at < stop; ) {
          const { index, range, end } = cutAt(at, stop, chunkSize)
          const bytes = await unlessAborted(() => {
            reading = this.#piece(room, find, index, range)
            return reading
          }, signal)
          reading = undefined
          yield give(at, bytes)
          at = end
        }
      }
    } finally {
      // What was given up may still be read into it.
      if (reading === undefined) this.#giveBack(room)
      else reading.catch(() => {}).finally(() => this.#giveBack(room))
    }
  }

  #takeRoom(): Room {
    return this.#idle.pop() ?? { ws: new Workspace(this.#arena), slot: new Slot(this.#arena) }
  }

  #giveBack(room: Room): void {
    if (this.#idle.length < MOST_IDLE) this.#idle.push(room)
  }

  get #checksumWorkspace(): Workspace {
    this.#checksumSpace ??= new Workspace(this.#arena)
    return this.#checksumSpace
  }

  /** Where chunks lie in the archive, from the first to the last; undefined if that is unknown. */
  async #extent(first: number, last: number): Promise<[number, number] | undefined> {
    const from = (await this.#archive.offsetsAround(first))?.[0]
    const to = (await this.#archive.offsetsAround(last))?.[1] ?? this.#archive.source.size
    return from !== undefined && to !== undefined && from < to ? [from, to] : undefined
  }

  /** @param into room for the plain bytes; that of the slot by default */
  async #piece(
    room: Room,
    find: FindChunk,
    index: number,
    range: readonly [number, number],
    into?: Uint8Array,
  ): Promise<Uint8Array> {
    try {
      if (room.chunk?.index !== index) {
        room.bytes = undefined
        room.chunk = await find(index)
      }
      const { chunk } = room
      if (chunk === undefined) throw damaged(`the archive has no chunk ${index}`, { chunk: index })
      const bytes =
        room.bytes ?? (await this.#readPart(room, chunk, range)) ?? (await this.#read(room, chunk))
      return await this.#decode(room, chunk, bytes, range, into)
    } catch (error) {
      room.chunk = undefined
      throw located(error)
    }
  }

  /** @returns undefined if the whole chunk has to be read */
  async #readPart(
    { slot }: Room,
    chunk: ChunkPlace,
    [start, stop]: readonly [number, number],
  ): Promise<Uint8Array | undefined> {
    const { header, index, position } = chunk
    const { source, digestBytes } = this.#archive
    // What is fetched from afar was announced, and comes as it is.
    if (source.willRead !== undefined || (digestBytes > 0 && !this.#checked.has(index))) return undefined
    const bytes = slot.packed(header.cbytes)
    bytes.set(chunk.headerBytes)
    const place = placeOf(this.#archive, chunk)
    const read = (at: number, into: Uint8Array) => this.#archive.readExactly(position + at, into, place)
    const [first, last] = touchedBlocks(header, start, stop)
    return (await readBlocks(header, first, last, bytes, read)) ? bytes : undefined
  }

  async #read(room: Room, chunk: ChunkPlace): Promise<Uint8Array> {
    const { cbytes } = chunk.header
    const bytes = room.slot.packed(cbytes + this.#archive.digestBytes)
    await this.#archive.readChunk(chunk, bytes)
    this.#checksum ??= this.#archive.loadChecksum(() => this.#checksumWorkspace)
    const checksum = await this.#checksum
    if (!sameDigest(checksum.digest(bytes.subarray(0, cbytes)), bytes.subarray(cbytes))) {
      throw new BlpkError('CHECKSUM', `${checksum.name} mismatch`, placeOf(this.#archive, chunk))
    }
    if (this.#checked.size < MOST_CHECKED) this.#checked.add(chunk.index)
    room.bytes = bytes
    return bytes
  }

  async #decode(
    { ws, slot }: Room,
    chunk: ChunkPlace,
    bytes: Uint8Array,
    range: readonly [number, number],
    into: Uint8Array | undefined,
  ): Promise<Uint8Array> {
    const { header } = chunk
    const [start, stop] = range
    if (header.memcpyed && into === undefined)
      return bytes.subarray(CHUNK_HEADER_BYTES + start, CHUNK_HEADER_BYTES + stop)
    const plain = into ?? slot.plain(stop - start)
    await decodeRange(ws, bytes, header, range, plain, placeOf(this.#archive, chunk))
    return plain
  }
}
