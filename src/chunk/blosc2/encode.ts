// Compresses chunks of Blosc2.

import { StreamContext } from '../../codecs/codec.js'
import { usage } from '../../core/errors.js'
import { loading } from '../../core/loading.js'
import type { MaybePromise } from '../../core/maybe-promise.js'
import { filterById } from '../../filters/registry.js'
import type { Workspace } from '../../kernels/workspace.js'
import { chooseBlosc2Blocksize, chunkTypesize, MIN_BLOSC2_STREAM_BYTES, splits } from './blocksize.js'
import {
  type Blosc2ChunkHeader,
  CODEC_FORMAT_UD,
  EXTENDED_HEADER_BYTES,
  MAX_BLOSC2_CHUNK_NBYTES,
  MAX_CHUNK_TYPESIZE,
  newBlosc2ChunkHeader,
  streamsOf,
  writeBlosc2ChunkHeader,
} from './header.js'
import type { Blosc2ChunkParams } from './params.js'
import { blockContext, runBackward, runForward, usesFirstBlock } from './pipeline.js'
import { dictionaryBytes, Sampler, sampledBlocks } from './sample.js'

/** Maximum size of a chunk of `nbytes` plain bytes. */
export function maxBlosc2ChunkBytes(nbytes: number): number {
  return nbytes + EXTENDED_HEADER_BYTES
}

class ChunkWriter {
  readonly #ws: Workspace
  readonly #p: Blosc2ChunkParams
  readonly #h: Blosc2ChunkHeader
  readonly #context: StreamContext
  readonly #out: Uint8Array
  readonly #view: DataView
  /** Address of the chunk, if it is in the arena. */
  readonly #address: number | undefined
  /** In the area `window`, right before the streams. */
  #dictionary: { address: number; nbytes: number } | undefined
  /** Plain block 0, which the delta filter compares the others with. */
  #reference: Uint8Array | undefined
  position: number
  /** Streams or blocks that were not runs of zeros. */
  solid = 0

  constructor(ws: Workspace, p: Blosc2ChunkParams, h: Blosc2ChunkHeader, out: Uint8Array) {
    this.#ws = ws
    this.#p = p
    this.#h = h
    this.#context = new StreamContext(ws, p, { level: p.level, meta: p.codecMeta })
    this.#out = out
    this.#view = new DataView(out.buffer, out.byteOffset, out.length)
    this.#address = ws.addressOf(out)
    this.position = h.headerBytes + 4 * h.nblocks
  }

  /** Writes a stream as a run length, if it is a run. */
  #run(address: number, size: number): boolean | undefined {
    if (this.#ws.kernels.isRun(address, size) === 0) return undefined
    const value = this.#ws.view(address, 1)[0] ?? 0
    const room = value === 0 ? 4 : 5
    if (room > this.#out.length - this.position) return false
    this.#view.setInt32(this.position, -value, true)
    if (value !== 0) this.#out[this.position + 4] = 1
    this.position += room
    if (value !== 0) this.solid++
    return true
  }

  /** Target for the next packed stream: its place in the chunk, if that is in the arena. */
  #target(size: number): number {
    return this.#address === undefined ? this.#ws.scratch('output', size) : this.#address + this.position + 4
  }

  /** Puts a stream after the others. @returns false if there is no room left */
  #put(address: number, size: number, packed: number, target: number): boolean {
    const room = this.#out.length - this.position - 4
    const [from, nbytes] = packed === 0 ? [address, size] : [target, packed]
    if (nbytes > room) return false
    this.#view.setInt32(this.position, nbytes, true)
    this.#place(from, nbytes, this.position + 4)
    this.position += 4 + nbytes
    return true
  }

  /** Copies a packed stream into the chunk, unless it was packed in place. */
  #place(from: number, nbytes: number, at: number): void {
    if (this.#address === undefined) this.#out.set(this.#ws.view(from, nbytes), at)
    else if (from !== this.#address + at) this.#ws.kernels.copyBytes(this.#address + at, from, nbytes)
  }

  /** @returns false if there is no room left */
  async #stream(address: number, size: number): Promise<boolean> {
    const run = this.#run(address, size)
    if (run !== undefined) return run
    this.solid++
    const room = this.#out.length - this.position - 4
    if (room <= 0) return false
    const target = this.#target(size)
    this.#context.stream(this.#behindDictionary(address, size), size, target, Math.min(size - 1, room))
    const pending = this.#p.codec.encode?.(this.#context) ?? 0
    return this.#put(address, size, typeof pending === 'number' ? pending : await pending, target)
  }

  /** A stream must lie right after the dictionary that it refers to. @returns its address */
  #behindDictionary(address: number, size: number): number {
    const [ws, dictionary] = [this.#ws, this.#dictionary]
    if (dictionary === undefined) return address
    const behind = dictionary.address + dictionary.nbytes
    ws.kernels.copyBytes(behind, address, size)
    return behind
  }

  #referenceAddress(): number | undefined {
    if (this.#reference === undefined) return undefined
    const address = this.#ws.scratch('reference', this.#reference.length)
    this.#ws.view(address, this.#reference.length).set(this.#reference)
    return address
  }

  /**
   * Compresses all streams of a block in one kernel call.
   * @returns false if there is no room left; undefined if the codec is not in the kernels
   */
  #atOnce(address: number, size: number, count: number): boolean | undefined {
    const [ws, { codec, level }] = [this.#ws, this.#p]
    const { kernel } = codec
    if (kernel === undefined || this.#dictionary !== undefined) return undefined
    const room = Math.min(this.#out.length - this.position, count * (4 + size))
    const target = this.#address === undefined ? ws.scratch('output', room) : this.#address + this.position
    const table = kernel.scratch?.(ws, size, level) ?? ws.table
    const cbytes = ws.kernels.encodeStreams(
      kernel.id,
      address,
      count,
      size,
      target,
      room,
      kernel.level(level),
      table,
      1,
    )
    if (this.#address === undefined) this.#out.set(ws.view(target, cbytes), this.position)
    this.position += cbytes
    // A run of zeros has no more than its four bytes, and everything else more.
    if (cbytes > 4 * count) this.solid++
    return cbytes > 0
  }

  async #each(address: number, size: number, count: number): Promise<boolean> {
    for (let i = 0; i < count; i++) if (!(await this.#stream(address + i * size, size))) return false
    return true
  }

  /** Runs the filters over a block. @returns the address of the result */
  #forward(block: Uint8Array): number {
    const h = this.#h
    const context = blockContext(this.#ws, h, this.#p, this.#referenceAddress(), {})
    return runForward(context, h, block.length, this.#ws.bring(block))
  }

  /**
   * Readers compare the others with block 0 as they decode it. If filters are lossy, that is not the input.
   */
  #keepReference(address: number, nbytes: number): void {
    const h = this.#h
    if (this.#reference !== undefined || !usesFirstBlock(h)) return
    const context = blockContext(this.#ws, h, this.#p, undefined, {})
    this.#reference = this.#ws.view(runBackward(context, h, nbytes, address), nbytes).slice()
  }

  /** Packs a block whose filters have run. @returns false if there is no room left */
  #streams(address: number, nbytes: number): MaybePromise<boolean> {
    const count = streamsOf(this.#h, nbytes)
    const size = nbytes / count
    return this.#atOnce(address, size, count) ?? this.#each(address, size, count)
  }

  /** Puts a dictionary of samples after the table of blocks. @returns false if there is no room left */
  dictionary(plain: Uint8Array): boolean {
    const { blocksize, nblocks } = this.#h
    const size = dictionaryBytes(plain.length)
    if (size === 0 || size + 4 > this.#out.length - this.position) return size === 0
    const address = this.#ws.scratch('window', size + blocksize)
    const places = sampledBlocks(nblocks, blocksize, size)
    const sampler = new Sampler(this.#ws, address, size, places.length)
    for (const i of places) {
      const block = plain.subarray(i * blocksize, (i + 1) * blocksize)
      const filtered = this.#forward(block)
      sampler.take(filtered, block.length, streamsOf(this.#h, block.length))
      this.#keepReference(filtered, block.length)
    }
    this.#reference = undefined
    const nbytes = sampler.finish()
    this.#view.setInt32(this.position, nbytes, true)
    this.#out.set(this.#ws.view(address, nbytes), this.position + 4)
    this.position += 4 + nbytes
    this.#dictionary = { address, nbytes }
    this.#context.dictionary = this.#ws.view(address, nbytes)
    return true
  }

  get hasDictionary(): boolean {
    return this.#dictionary !== undefined
  }

  async blocks(plain: Uint8Array): Promise<boolean> {
    const { headerBytes, nblocks, blocksize } = this.#h
    if (this.position >= this.#out.length) return false
    for (let i = 0; i < nblocks; i++) {
      this.#view.setUint32(headerBytes + 4 * i, this.position, true)
      const block = plain.subarray(i * blocksize, (i + 1) * blocksize)
      const address = this.#forward(block)
      const fits = this.#streams(address, block.length)
      // To wait where there is nothing to wait for would take as long as packing a small block.
      if (!(typeof fits === 'boolean' ? fits : await fits)) return false
      this.#keepReference(address, block.length)
    }
    return true
  }
}

/** Whether the filters keep a repeated value as it is, so that it may represent the whole chunk. */
function keepsValues(p: Blosc2ChunkParams): boolean {
  return p.filters.every(({ id }) => filterById(id).traits.keepsRepeats)
}

/** The item that the whole chunk repeats, if it does and a chunk can express it. */
function repeatedItem(ws: Workspace, p: Blosc2ChunkParams, plain: Uint8Array): Uint8Array | undefined {
  const { itemBytes } = p
  if (plain.length < 2 * itemBytes || plain.length % itemBytes !== 0 || !keepsValues(p)) return undefined
  // Most data differ immediately; only the rest is copied to the kernels.
  for (let i = 0; i < itemBytes; i++) if (plain[i] !== plain[i + itemBytes]) return undefined
  const found = ws.kernels.repeats(ws.bring(plain), itemBytes, plain.length) !== 0
  if (!found) return undefined
  const item = plain.slice(0, itemBytes)
  // C-Blosc2 up to 2.15 takes the typesize from the header, which cannot express more than 255.
  return itemBytes <= MAX_CHUNK_TYPESIZE || isZeros(item) ? item : undefined
}

function isZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

/**
 * A chunk of zeros is only its header; a chunk of a repeated value has the value after it
 * (README_CHUNK_FORMAT, "blosc2_flags").
 */
function putSpecial(h: Blosc2ChunkHeader, item: Uint8Array, out: Uint8Array): number {
  const zeros = isZeros(item)
  const cbytes = h.headerBytes + (zeros ? 0 : item.length)
  writeBlosc2ChunkHeader(out, { ...h, special: zeros ? 'zeros' : 'value', cbytes })
  if (!zeros) out.set(item, h.headerBytes)
  return cbytes
}

function applyPrefilter(p: Blosc2ChunkParams, plain: Uint8Array, blocksize: number): Uint8Array {
  if (p.prefilter === undefined) return plain
  const changed = new Uint8Array(plain.length)
  for (let at = 0; at < plain.length; at += blocksize) {
    p.prefilter(plain.subarray(at, at + blocksize), changed.subarray(at, at + blocksize), at)
  }
  return changed
}

/**
 * Compresses a Blosc2 chunk (README_CHUNK_FORMAT). A chunk of one value becomes a header and that value; a
 * chunk that does not get smaller is stored.
 * @param out room for {@link maxBlosc2ChunkBytes}
 * @returns the size of the chunk, in bytes
 * @throws BlpkError USAGE for a chunk that is too large, or for filters that cannot process such items
 */
export async function encodeBlosc2ChunkInto(
  ws: Workspace,
  p: Blosc2ChunkParams,
  input: Uint8Array,
  out: Uint8Array,
): Promise<number> {
  checkBlosc2ChunkBytes(input.length)
  const unloaded = loading([p.codec, ...p.filters.map(({ id }) => filterById(id))])
  if (unloaded !== undefined) await unloaded
  const blocksize = chooseBlosc2Blocksize(p, input.length)
  const plain = applyPrefilter(p, input, blocksize)
  const h = newBlosc2ChunkHeader({
    split: splits(p, blocksize),
    codecFormat: p.codec.ids.blosc1 ?? CODEC_FORMAT_UD,
    udcodec: p.codec.ids.blosc2 ?? 0,
    codecMeta: p.codecMeta,
    typesize: chunkTypesize(p.itemBytes),
    nbytes: plain.length,
    blocksize,
    filters: p.filters,
  })
  const item = repeatedItem(ws, p, plain)
  if (item !== undefined) return putSpecial(h, item, out)
  if (p.level > 0 && plain.length >= MIN_BLOSC2_STREAM_BYTES) {
    const writer = new ChunkWriter(ws, p, h, out.subarray(0, maxBlosc2ChunkBytes(plain.length)))
    if ((p.dictionary !== true || writer.dictionary(plain)) && (await writer.blocks(plain))) {
      // C-Blosc2 does not read special chunks that end within an item, not even its own.
      const isSpecial = writer.solid === 0 && plain.length % p.itemBytes === 0
      if (isSpecial) return putSpecial(h, Uint8Array.of(0), out)
      writeBlosc2ChunkHeader(out, { ...h, cbytes: writer.position, dictionary: writer.hasDictionary })
      return writer.position
    }
  }
  const cbytes = maxBlosc2ChunkBytes(plain.length)
  out.set(plain, h.headerBytes)
  writeBlosc2ChunkHeader(out, { ...h, memcpyed: true, cbytes })
  return cbytes
}

function checkBlosc2ChunkBytes(nbytes: number): void {
  if (nbytes > MAX_BLOSC2_CHUNK_NBYTES)
    throw usage(`a chunk of ${nbytes} bytes is too large; use chunks of at most ${MAX_BLOSC2_CHUNK_NBYTES}`)
}

/** Compresses a Blosc2 chunk into new memory; see {@link encodeBlosc2ChunkInto}. @returns the chunk */
export async function encodeBlosc2Chunk(
  ws: Workspace,
  p: Blosc2ChunkParams,
  input: Uint8Array,
): Promise<Uint8Array> {
  checkBlosc2ChunkBytes(input.length)
  const out = new Uint8Array(maxBlosc2ChunkBytes(input.length))
  return out.slice(0, await encodeBlosc2ChunkInto(ws, p, input, out))
}
