// Changes a frame in its file: adds new chunks and writes header, index and trailer again.

import type { ChangePlan, Replaceable } from '../../../bytes/editable.js'
import type { ReadSome } from '../../../bytes/mutable-parts.js'
import { rollBackAfter } from '../../../bytes/roll-back.js'
import { damaged } from '../../../core/errors.js'
import type { Workspace } from '../../../kernels/workspace.js'
import type { Entry } from '../../chunks/chunk-list.js'
import { formatFrameHeader, frameHeaderBytes } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { MUTABLE } from '../mutable.js'
import {
  type FrameParts,
  type LaidEnds,
  layEnds,
  layFrame,
  type Placed,
  placeChunks,
  sealEnds,
  writtenChunks,
} from './frame-writer.js'

/** Where the compressed size stands in the header of a chunk. */
const CBYTES_AT = 12

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0
}

function sameLayers(a: Layers, b: Layers): boolean {
  return a.size === b.size && [...a].every(([name, content]) => sameBytes(content, b.get(name)))
}

function copyOf(layers: Layers): Layers {
  return new Map([...layers].map(([name, content]) => [name, content.slice()]))
}

/** Where chunks of the list lie in the file, after the header. */
function positionsOf(entries: readonly Entry[]): Set<number> {
  return new Set(entries.flatMap((entry) => ('at' in entry && entry.at !== undefined ? [entry.at] : [])))
}

/** How a change is going to be made where the frame stands. */
interface InPlace {
  /** What lies from here on in the file is overwritten. */
  from: number
  placed: Placed
  ends: LaidEnds
}

/** A change of a frame where it stands: what it was when the change began, and how it is brought to what it is now. */
export class FrameChange {
  readonly #file: Replaceable
  readonly #ws: Workspace
  readonly #parts: FrameParts
  readonly #signal: AbortSignal | undefined
  readonly #headerBytes: number
  /** Where the chunks end in the file. */
  readonly #chunksEnd: number
  readonly #header: Uint8Array
  readonly #entries: readonly Entry[]
  readonly #vlmeta: Layers

  /** @param parts of the frame as it was read from there */
  constructor(file: Replaceable, ws: Workspace, parts: FrameParts, signal?: AbortSignal) {
    this.#file = file
    this.#ws = ws
    this.#parts = parts
    this.#signal = signal
    this.#headerBytes = parts.header.headerBytes
    this.#chunksEnd = parts.header.headerBytes + parts.header.cbytes
    this.#header = formatFrameHeader(parts.header)
    this.#entries = [...parts.chunks.entries]
    this.#vlmeta = copyOf(parts.vlmeta)
  }

  get chunksChanged(): boolean {
    const { entries } = this.#parts.chunks
    return entries.length !== this.#entries.length || entries.some((entry, i) => entry !== this.#entries[i])
  }

  get #changed(): boolean {
    const { header, vlmeta } = this.#parts
    if (this.chunksChanged || !sameLayers(vlmeta, this.#vlmeta)) return true
    return !sameBytes(formatFrameHeader(header), this.#header)
  }

  readonly #read: ReadSome = async (position, nbytes) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(nbytes, this.#file.size - position)))
    return bytes.subarray(0, await this.#file.read(position, bytes))
  }

  /**
   * Makes the change in one step: where the frame stands, or, if the header gets another size or most of what
   * lies between the chunks would be of no use any more, by a whole new frame.
   * @throws BlpkError IO, NO_SPACE; the frame is then as it was
   */
  async commit(): Promise<void> {
    if (!this.#changed) return
    const inPlace = await this.#plan()
    if (inPlace === undefined) return this.#rewrite()
    try {
      await this.#change(inPlace)
    } catch (error) {
      throw await rollBackAfter(this.#file, error)
    }
  }

  async #plan(): Promise<InPlace | undefined> {
    if (frameHeaderBytes(this.#parts.header.meta) !== this.#headerBytes) return undefined
    const { last } = await MUTABLE.parts(this.#read, false)
    const stays = last === undefined || this.#now.has(last[0] - this.#headerBytes)
    const from = stays ? this.#chunksEnd : last[0]
    const placed = await placeChunks(this.#ws, this.#parts, from - this.#headerBytes)
    if (await this.#isWasteful(placed, from)) return undefined
    return { from, placed, ends: await layEnds(this.#ws, this.#parts, placed) }
  }

  get #now(): Set<number> {
    return positionsOf(this.#parts.chunks.entries)
  }

  /** Does less than half of what lies between header and index belong to chunks? */
  async #isWasteful({ written, end }: Placed, from: number): Promise<boolean> {
    const [before, now] = [positionsOf(this.#entries), this.#now]
    const isLeft = (at: number): boolean => !now.has(at) && this.#headerBytes + at < from
    // Only chunks that were given up make it worse, and looking at all of them takes time.
    if (![...before].some(isLeft)) return false
    let used = written.reduce((sum, { cbytes }) => sum + cbytes, 0)
    for (const at of now) used += await this.#cbytesAt(at)
    return used < end / 2
  }

  async #cbytesAt(at: number): Promise<number> {
    const bytes = await this.#read(this.#headerBytes + at + CBYTES_AT, 4)
    if (bytes.length < 4)
      throw damaged('the chunk lies outside the frame', { offset: this.#headerBytes + at })
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  }

  async #change({ from, placed, ends }: InPlace): Promise<void> {
    const file = this.#file
    const { header, index, trailer, frameBytes } = ends
    const plan: ChangePlan = {
      ranges: [
        [0, this.#headerBytes],
        [from, file.size - from],
      ],
      before: await this.#read(0, this.#headerBytes),
      after: header,
      kept: { start: this.#headerBytes, stop: from },
    }
    this.#signal?.throwIfAborted()
    await file.begin(plan)
    let at = from
    const put = async (bytes: Uint8Array): Promise<void> => {
      this.#signal?.throwIfAborted()
      if (bytes.length > 0) await file.write(at, bytes)
      at += bytes.length
    }
    for await (const chunk of writtenChunks(placed.written, ends.sealer)) await put(chunk)
    await sealEnds(ends)
    await put(index)
    await put(trailer)
    if (frameBytes < file.size) await file.truncate(frameBytes)
    await file.sync()
    await file.write(0, header)
    await file.sync()
    await file.commit()
  }

  async #rewrite(): Promise<void> {
    const { frameBytes, pieces } = await layFrame(this.#ws, this.#parts)
    const signal = this.#signal
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces()) {
        signal?.throwIfAborted()
        yield piece
      }
    }
    await this.#file.replace(watched(), frameBytes)
  }
}
