// The result of `open`: an array or plain bytes, in a container or a `.npy` file, of which parts can be read.

import { ArrayValue } from '../array/array-value.js'
import { dtypeRepr, isNpy, type NdarrayLayout } from '../array/npy/index.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { PEEK_BYTES } from '../bytes/peek.js'
import { type ResultOptions, roomFor } from '../core/allocate.js'
import type { Closable } from '../core/dispose.js'
import { closedError, usage } from '../core/errors.js'
import type { ReadOptions } from '../disk/read-archive.js'
import type { RunOptions } from '../engine/options.js'
import { openNpyFile } from '../format/npy-file.js'
import type { Opened, OpenOptions } from '../format/opened.js'
import { type Selectable, select } from '../format/select.js'
import { type AxisKey, resolveSlice, type Selected } from '../format/selection.js'
import type { VerifyOptions, VerifyReport } from '../format/verification.js'
import type { Readable } from '../places/open.js'
import type { PlainSink } from '../sinks/plain.js'
import { holdSource } from '../sources/held.js'
import type { PlaceSettings } from '../store/settings.js'
import { type ContainerPlace, containerAt, nameOfPlace, openPlace } from '../verbs/open.js'
import { verifyAt } from '../verbs/verify.js'
import { BufferSink } from './buffer-sink.js'
import { type CompressedSource, type UnpackResult, unpack } from './unpack.js'

/** The `container` of a `.npy` file. */
const NPY = 'npy'

/** Options of reading part of a dataset. */
export interface ReadPartOptions extends Pick<RunOptions, 'threads' | 'signal'>, ResultOptions {}

/** Options of reading a slice. */
export interface SliceOptions extends ReadPartOptions {
  /** The field to read from structured items, by name or title. */
  field?: string
}

/** The source of a dataset. */
type From = Selectable & Partial<Pick<Opened, 'unpack' | 'fill' | 'metadata' | 'nchunks' | 'chunkShape'>>

/**
 * An array, or plain bytes, open for reading. Reading a part decompresses only the chunks that it touches.
 */
export class Dataset implements CompressedSource, Closable {
  /** Name of the place that was opened. */
  readonly name: string
  /** `blp`, `b2frame`, `b2nd`, `npy`, or the name of a container of your own. */
  readonly format: string
  readonly #from: From
  readonly #place: ContainerPlace
  readonly #closeAll: () => Promise<void>
  #isClosed = false

  /** @internal */
  constructor(place: ContainerPlace, format: string, from: From, close: () => Promise<void>) {
    this.name = nameOfPlace(place)
    this.format = format
    this.#from = from
    this.#place = place
    this.#closeAll = close
  }

  get #layout(): NdarrayLayout | undefined {
    return this.#from.array?.()
  }

  /** In items; undefined if there is no array. @throws BlpkError DAMAGED, UNSUPPORTED if it is not what it says */
  get shape(): readonly number[] | undefined {
    return this.#layout?.shape
  }

  /** NumPy's type string, or the fields of a structured type as a Python literal; undefined if there is no array. */
  get dtype(): string | undefined {
    const layout = this.#layout
    return layout === undefined ? undefined : dtypeText(layout)
  }

  /** Order of the items in the plain bytes of the whole array; undefined for plain bytes. */
  get order(): 'C' | 'F' | undefined {
    return this.#layout?.order
  }

  /** Shape of a chunk, in items; undefined if chunks are runs of plain bytes. */
  get chunks(): readonly number[] | undefined {
    return this.#from.chunkShape
  }

  /** Number of chunks; undefined for `.npy`, and if it is only known after reading everything. */
  get nchunks(): number | undefined {
    return this.#from.nchunks
  }

  /** Size of the plain bytes; undefined if it is only known after reading everything. */
  get nbytes(): number | undefined {
    return this.#from.nbytes
  }

  /** Size of an item, in bytes. */
  get typesize(): number {
    return this.#layout?.itemsize ?? this.#from.typesize
  }

  /** JSON metadata as text; undefined if there are none. */
  get metadata(): string | undefined {
    return this.#from.metadata
  }

  #open(): From {
    if (this.#isClosed) throw closedError(`'${this.name}'`)
    return this.#from
  }

  /**
   * Reads a part of the array. Each axis takes one key: an index (which drops the axis), a range with a step, as in Python,
   * or a list of indices; several lists select orthogonally. `...` stands for all axes without a key, and missing keys at
   * the end select whole axes. The result is in C order, unless it is the whole array, which keeps its order.
   * @throws BlpkError USAGE for an impossible key or if there is no array; DAMAGED, CHECKSUM, UNSUPPORTED, IO, CLOSED,
   * INTERRUPTED
   * @example
   * ```ts
   * import { open } from 'blpk'
   *
   * const data = await open('data.b2nd')
   * const part = await data.slice([{ start: 0, stop: 100, step: 2 }, 3]) // data[0:100:2, 3] in Python
   * console.log(part.shape, part.values)
   * await data.close()
   * ```
   */
  async slice(keys: readonly AxisKey[] = [], options: SliceOptions = {}): Promise<ArrayValue> {
    const from = this.#open()
    const { field, out, shared, ...run } = options
    const part = field === undefined ? {} : { field }
    const selected = select(from, keys.length === 0 ? part : { ...part, slice: keys }, run)
    const { layout } = selected
    if (layout === undefined) throw usage('this is plain bytes, not an array: read it with bytes()')
    const data = await readAll(from, selected, run, { out, shared })
    return new ArrayValue({ dtype: dtypeText(layout), shape: [...layout.shape], order: layout.order, data })
  }

  /**
   * Reads the plain bytes from `start` to `stop`. If the chunks have a shape, the bytes are those of the array in C order.
   * @param start in bytes; negative numbers count from the end, and limits beyond the data are clipped, as in Python
   * @throws BlpkError USAGE for limits that are not integers; DAMAGED, CHECKSUM, UNSUPPORTED, IO, CLOSED, INTERRUPTED
   */
  async bytes(start = 0, stop?: number, options: ReadPartOptions = {}): Promise<Uint8Array> {
    const from = this.#open()
    const { out, shared, ...run } = options
    const into = { out, shared }
    const { nbytes: all } = from
    if (all === undefined) throw usage('its size is unknown: read it piece by piece')
    const range = resolveSlice({ start, ...(stop !== undefined && { stop }) }, all)
    const nbytes = range.stop - range.start
    const isWhole = nbytes === all
    const pieces = () => from.pieces(range.start, range.stop, run)
    if (from.fill === undefined || isWhole) return readAll(from, { nbytes, isWhole, pieces }, run, into)
    const room = roomFor(nbytes, into)
    await from.fill(range.start, room, run)
    return room
  }

  /**
   * Reads all plain bytes, piece by piece. A piece is valid until the next one is asked for.
   */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#open().pieces(0, undefined, {})[Symbol.asyncIterator]()
  }

  /**
   * Checks structure and checksums, and with `deep` also that everything decompresses. It reports everything that is wrong.
   * @throws BlpkError IO, NETWORK, CLOSED, INTERRUPTED
   */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    this.#open()
    if (this.format !== NPY) return verifyAt(this.#place, options)
    return { ok: true, findings: [], nchunks: 0, sound: 0, checksum: 'None', deep: false }
  }

  /**
   * Writes all plain bytes to a sink, in as many threads as pay off.
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, CLOSED, INTERRUPTED; the sink is aborted then
   */
  async unpack(sink: PlainSink, options: RunOptions = {}): Promise<UnpackResult> {
    const from = this.#open()
    if (from.unpack !== undefined) return from.unpack(sink, options)
    const { nbytes } = from
    const pieces = { nbytes, [Symbol.asyncIterator]: () => this[Symbol.asyncIterator]() }
    return unpack(pieces, sink, options)
  }

  /**
   * Closes it. Calls after that throw BlpkError CLOSED.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#closeAll()
  }

  /** Closes it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function dtypeText({ descr }: NdarrayLayout): string {
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}

async function readAll(
  from: From,
  selected: Pick<Selected, 'nbytes' | 'isWhole' | 'pieces' | 'fill'>,
  run: RunOptions,
  into: ResultOptions,
): Promise<Uint8Array> {
  const sink = new BufferSink(roomFor(selected.nbytes, into))
  if (selected.isWhole && from.unpack !== undefined) await from.unpack(sink, run)
  else if (selected.isWhole && from.fill !== undefined) await from.fill(0, sink.bytes, run)
  else if (selected.fill !== undefined) await selected.fill(sink.bytes)
  else for await (const piece of selected.pieces()) sink.write(piece)
  return sink.bytes
}

async function isNpyFile(source: ByteSource): Promise<boolean> {
  const front = new Uint8Array(PEEK_BYTES)
  return isNpy(front.subarray(0, await source.read(0, front)))
}

/**
 * Opens an array or plain bytes for reading: a container of any kind, or a `.npy` file. Close it when you are done. A file
 * is read as it is now, even if others append to it meanwhile. A stream is copied to a temporary file first.
 * @param from a path, an address, the directory of a sparse frame, bytes, a stream, or a source of your own
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, CHECKSUM, UNSUPPORTED
 * @example
 * ```ts
 * import { open } from 'blpk'
 *
 * const data = await open('https://example.org/data.b2nd')
 * console.log(data.shape, data.dtype, data.nbytes)
 * const { values } = await data.slice([{ start: 10, stop: 20 }]) // fetches only what rows 10 to 19 need
 * await data.close()
 * ```
 */
export async function open(
  from: Readable,
  options: OpenOptions & PlaceSettings & ReadOptions = {},
): Promise<Dataset> {
  const place = await openPlace(from, options)
  const { source: given } = place
  let source = given
  const close = async (): Promise<void> => {
    if (source !== given) await source.close()
    await given.close()
  }
  try {
    if (!given.seekable) source = await holdSource(given)
    if (place.traits === undefined && (await isNpyFile(source)))
      return new Dataset({ ...place, source }, NPY, await openNpyFile(source), close)
    const held = { ...place, source }
    const opened = await (await containerAt(place)).open(held, options)
    return new Dataset(held, opened.format.id, opened, async () => {
      await opened.close()
      if (source !== given) await given.close()
    })
  } catch (error) {
    await close()
    throw error
  }
}
