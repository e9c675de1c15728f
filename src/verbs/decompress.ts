// Unpacks any kind of container, or parts of it; also parts of `.npy` files.

import { formatNpyHeader, isNpy, type NdarrayLayout } from '../array/npy/index.js'
import type { ByteSink } from '../bytes/byte-sink.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { PEEK_BYTES } from '../bytes/peek.js'
import { interrupted, unsupported } from '../core/errors.js'
import { EventTurns } from '../core/event-turns.js'
import type { RunOptions } from '../engine/options.js'
import { dtypeText } from '../format/facts.js'
import { openNpyFile } from '../format/npy-file.js'
import type { Opened, OpenOptions } from '../format/opened.js'
import { formatByName } from '../format/registry.js'
import { type Selectable, select } from '../format/select.js'
import { isWhole, type Selection } from '../format/selection.js'
import { BytesPlainSink, type PlainSink } from '../sinks/plain.js'
import { holdSource } from '../sources/held.js'
import { type ContainerPlace, containerAt } from './open.js'

export { type AxisKey, type Selection, type Slice, selectionOf } from '../format/selection.js'

/** The input: a container or a `.npy` file. */
export type Unpackable = Selectable &
  Partial<Pick<Opened, 'unpack' | 'metadata' | 'nchunks'>> &
  Pick<Opened, 'close'>

/** Result of unpacking. */
export interface DecompressResult {
  /** Plain bytes, without the header of a `.npy` file. */
  nbytes: number
  /** Whether everything was unpacked. */
  isWhole: boolean
  /**
   * Type of the items, if part of an array was unpacked: NumPy's type string or the fields of a structured
   * type.
   */
  dtype?: string
  /** Of the whole, if known. */
  nchunks?: number | undefined
  /** Of a part that was selected along the axes of an array. */
  shape?: readonly number[]
  /** Position of a part among all plain bytes, if it is one contiguous range. */
  range?: { start: number; stop: number }
}

/** Whether it is a `.npy` file by content, whose name is not that of an archive. */
async function isNpyFile(source: ByteSource): Promise<boolean> {
  if (formatByName(source.name) !== undefined) return false
  const front = new Uint8Array(PEEK_BYTES)
  return isNpy(front.subarray(0, await source.read(0, front)))
}

/**
 * A stream can only be read in order, but items of a slice may come in any order: it is then held in a file.
 */
async function rereadable(place: ContainerPlace): Promise<ContainerPlace> {
  if (place.source.seekable) return place
  const source = await holdSource(place.source)
  await place.source.close()
  return { ...place, source }
}

async function openNpy({ source }: ContainerPlace): Promise<Unpackable> {
  return { ...(await openNpyFile(source)), close: () => source.close() }
}

/**
 * Opens a place to unpack it, or part of it; parts of a `.npy` file are supported too. The result owns the
 * place and closes it. If opening fails, the caller closes the place.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, …
 */
export async function openToUnpack(
  place: ContainerPlace,
  part: Selection,
  options: OpenOptions = {},
): Promise<Unpackable> {
  const { source, traits } = place
  const isPart = !isWhole(part)
  if (isPart && source.onlyWhole !== undefined) throw unsupported(source.onlyWhole)
  const npy = isPart && traits === undefined && (await isNpyFile(source))
  const isSliced = part.slice !== undefined || part.field !== undefined
  const held = npy || isSliced ? await rereadable(place) : place
  try {
    if (npy) return await openNpy(held)
    return await (await containerAt(place)).open(held, { ...options, raw: part.raw === true })
  } catch (error) {
    if (held !== place) await held.source.close()
    throw error
  }
}

async function writePieces(
  pieces: AsyncIterable<Uint8Array>,
  sink: PlainSink,
  { signal, onProgress }: RunOptions,
  total?: number,
): Promise<number> {
  const turns = new EventTurns()
  let plain = 0
  try {
    for await (const piece of pieces) {
      await turns.rest()
      signal?.throwIfAborted()
      plain += piece.length
      onProgress?.({ plain, packed: 0, ...(total !== undefined && { total }) })
      await sink.write(piece)
    }
    await sink.finish()
    return plain
  } catch (error) {
    await sink.abort()
    throw interrupted(error, signal)
  }
}

/** What is about to be written. */
interface Planned {
  layout: NdarrayLayout | undefined
  nbytes: number | undefined
  write(sink: PlainSink): Promise<DecompressResult>
}

function planWhole(opened: Unpackable, raw: boolean, o: RunOptions): Planned {
  const { nbytes, nchunks } = opened
  const layout = raw ? undefined : opened.array?.()
  return {
    layout,
    nbytes,
    async write(sink): Promise<DecompressResult> {
      const done = await opened.unpack?.(sink, o)
      const written = done?.nbytes ?? (await writePieces(opened.pieces(0, undefined, o), sink, o, nbytes))
      return { nbytes: written, isWhole: true, nchunks: done?.nchunks ?? nchunks }
    },
  }
}

function planPart(opened: Unpackable, part: Selection, o: RunOptions): Planned {
  const { nbytes, layout, shape, range, pieces } = select(opened, part, o)
  return {
    layout,
    nbytes,
    async write(sink): Promise<DecompressResult> {
      await writePieces(pieces(), sink, o, nbytes)
      const dtype = layout && dtypeText(layout)
      return {
        nbytes,
        isWhole: false,
        ...(dtype && { dtype }),
        ...(shape && { shape }),
        ...(range && { range }),
      }
    },
  }
}

/**
 * Writes the plain bytes of a container or part of it. An array becomes a `.npy` file unless raw bytes are
 * requested.
 * @param open opens the output, once it is known whether it is a `.npy` file. If writing fails, no output is
 * left
 * @throws BlpkError USAGE if there is no such part; DAMAGED, CHECKSUM, UNSUPPORTED, IO, …
 */
export async function unpackInto(
  opened: Unpackable,
  part: Selection,
  open: (isNpy: boolean) => Promise<ByteSink>,
  options: RunOptions = {},
): Promise<DecompressResult> {
  const raw = part.raw === true
  const { layout, nbytes, write } = isWhole(part)
    ? planWhole(opened, raw, options)
    : planPart(opened, part, options)
  const prefix = layout && formatNpyHeader(layout)
  const sink = new BytesPlainSink(await open(prefix !== undefined), prefix)
  sink.expect(nbytes)
  return write(sink)
}
