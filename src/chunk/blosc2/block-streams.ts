// Decodes the streams of blocks.

import { type Codec, StreamContext } from '../../codecs/codec.js'
import { damaged } from '../../core/errors.js'
import { type Loadable, loading } from '../../core/loading.js'
import { knownFilter } from '../../filters/registry.js'
import type { Workspace } from '../../kernels/workspace.js'
import { streamsOfBlock } from '../blosc1/header.js'
import type { ChunkBytes } from './chunk-bytes.js'
import { streamsOf } from './header.js'
import type { ChunkLayout } from './layout.js'
import type { PipelineTraits } from './pipeline.js'
import { codecOf } from './streams.js'

/**
 * If less than one in this many bytes of the streams is wanted, streams are fetched one by one: they may be
 * stored.
 */
const FEW = 8
/** And only if a stream has more packed bytes than this on average: reading them takes less time than two more reads. */
const LEAST_STREAM = 16 * 1024

/** The streams of a block that is fetched into the arena, whole or piece by piece. */
interface Streams {
  address: number
  nbytes: number
  view: DataView
  /** Position of the block in the chunk, if pieces of it are still to be fetched. */
  missing: number | undefined
  /** Plain size of each stream in bytes, and which streams are wanted. */
  size: number
  first: number
  want: number
  /** Streams that a codec decodes outside the kernels. */
  pending: Promise<void>[]
}

/** Decodes the streams of single blocks (README_CHUNK_FORMAT, "Compressed Data Streams"). */
export class BlockStreams {
  readonly #ws: Workspace
  readonly #bytes: ChunkBytes
  readonly #layout: ChunkLayout
  readonly #codec: Codec
  readonly #context: StreamContext
  /** The modules to load before the first block is decoded. */
  readonly #needed: Loadable[] = []

  /** @throws BlpkError UNSUPPORTED for an unknown codec */
  constructor(ws: Workspace, bytes: ChunkBytes, layout: ChunkLayout, traits: PipelineTraits) {
    const { header, dictionary } = layout
    const { place } = bytes
    this.#ws = ws
    this.#bytes = bytes
    this.#layout = layout
    this.#codec = codecOf(header, place)
    this.#context = new StreamContext(ws, traits, { meta: header.codecMeta, place })
    this.#context.dictionary = dictionary
    if (this.#codec.load !== undefined) this.#needed.push(this.#codec)
    for (const { id } of header.filters) {
      const filter = knownFilter(id)
      if (filter?.load !== undefined) this.#needed.push(filter)
    }
  }

  /** Fetches the packed bytes of a block into the arena. @returns their address */
  async #bring(start: number, nbytes: number): Promise<number> {
    if (this.#bytes.fetchInto === undefined) return this.#ws.bring(await this.#bytes.fetch(start, nbytes))
    const address = this.#ws.scratch('input', nbytes)
    await this.#bytes.fetchInto(start, this.#ws.view(address, nbytes))
    return address
  }

  /** Fetches a piece of a block into the arena, unless that was already done. */
  #bringPiece(s: Streams, at: number, nbytes: number): void {
    if (s.missing !== undefined)
      this.#bytes.fetchInto?.(s.missing + at, this.#ws.view(s.address + at, nbytes))
  }

  /**
   * Decodes the streams of a block into scratch.
   * @param size plain size of the block, in bytes
   * @param first if each byte plane has its own stream: the first plane that is needed
   * @param want the end of the needed planes
   * @returns the address of the block, before its filters are undone
   * @throws BlpkError DAMAGED
   */
  async take(index: number, size: number, first: number, want: number): Promise<number> {
    if (this.#needed.length > 0) await loading(this.#needed)
    const { header: h, starts, ends, sizes } = this.#layout
    const start = starts[index] ?? 0
    const nbytes = (ends[index] ?? 0) - start
    const count = h.extended ? streamsOf(h, size) : streamsOfBlock({ ...h, shuffle: 'none' }, size)
    if (size % count !== 0)
      throw damaged(`the chunk splits blocks of ${size} bytes into ${count} streams`, this.#bytes.place)
    const each = size / count
    const span = count > 1 ? { first, want: Math.min(want, each) } : { first: 0, want: each }
    const isFew = span.want - span.first < each / FEW && nbytes > count * LEAST_STREAM
    const piecewise = isFew && this.#bytes.nearby === true
    const address = piecewise ? this.#ws.scratch('input', nbytes) : await this.#bring(start, nbytes)
    const target = this.#ws.scratch('filtered', size)
    const view = new DataView(this.#ws.arena.handle.memory.buffer, address, nbytes)
    const missing = piecewise ? start : undefined
    if (missing === undefined && want >= each && this.#takeAtOnce(address, nbytes, count, each, target))
      return target
    const s: Streams = { address, nbytes, view, missing, size: each, ...span, pending: [] }
    try {
      if (sizes !== undefined) this.#decompress(s, 4, nbytes - 4, target)
      else for (let i = 0, at = 0; i < count; i++) at = this.#takeStream(s, at, target + i * each)
    } finally {
      // Even on failure: nothing may be written to scratch once it is used for something else.
      if (s.pending.length > 0) await Promise.allSettled(s.pending)
    }
    if (s.pending.length > 0) await Promise.all(s.pending)
    return target
  }

  /**
   * Decodes all streams in one kernel call.
   * @returns false if not possible; decoding them one by one then finds out why
   */
  #takeAtOnce(src: number, cbytes: number, count: number, size: number, dst: number): boolean {
    const { dictionary, sizes } = this.#layout
    const { kernel } = this.#codec
    if (kernel?.decodes !== true || dictionary !== undefined || sizes !== undefined) return false
    return this.#ws.kernels.decodeStreams(kernel.id, src, cbytes, count, size, dst, 1) !== 0
  }

  /** Decodes the stream at `at` and returns where the next one starts. */
  #takeStream(s: Streams, at: number, dst: number): number {
    if (at + 4 > s.nbytes) throw damaged('a stream of the chunk starts past its end', this.#bytes.place)
    this.#bringPiece(s, at, Math.min(5, s.nbytes - at))
    const head = s.view.getInt32(at, true)
    if (head <= 0) return this.#takeRun(s, at, head, dst)
    if (head > s.nbytes - at - 4)
      throw damaged('a stream of the chunk is longer than the chunk', this.#bytes.place)
    this.#decompress(s, at + 4, head, dst)
    return at + 4 + head
  }

  #takeRun(s: Streams, at: number, head: number, dst: number): number {
    this.#ws.kernels.fillBytes(dst + s.first, -head & 0xff, s.want - s.first)
    if (head === 0) return at + 4
    if (at + 4 >= s.nbytes || head < -255)
      throw damaged('a run in the chunk has no byte to repeat', this.#bytes.place)
    const token = s.view.getUint8(at + 4)
    if ((token & 1) === 0)
      throw damaged(`a stream of the chunk has the unknown token ${token}`, this.#bytes.place)
    return at + 5
  }

  #decompress(s: Streams, at: number, cbytes: number, dst: number): void {
    const { size, first, want } = s
    if (cbytes === size) {
      this.#bringPiece(s, at + first, want - first)
      this.#ws.kernels.copyBytes(dst + first, s.address + at + first, want - first)
      return
    }
    this.#bringPiece(s, at, cbytes)
    const check = (nbytes: number): void => {
      if (nbytes < want || nbytes > size)
        throw damaged('a stream of the chunk does not decode', this.#bytes.place)
    }
    const context = this.#context
    context.stream(s.address + at, cbytes, dst, size)
    context.want = want
    const result = this.#codec.decode(context)
    if (typeof result === 'number') check(result)
    else s.pending.push(result.then(check))
  }
}
