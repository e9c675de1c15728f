import { type NdarrayLayout, parseMetadataDtype } from '../array/npy/index.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { damaged, unsupported } from '../core/errors.js'
import { B2ND_LAYER, CATERVA_LAYER } from '../format/blosc2/frame/array-layer.js'
import { defaultDtypeText, isDefaultDtype } from '../format/blosc2/frame/dtype.js'
import { objectText } from '../format/blosc2/frame/objects.js'
import { NDArray } from '../format/blosc2/objects/ndarray.js'
import { SChunk } from '../format/blosc2/objects/schunk.js'
import { tableColumn } from '../format/blosc2/table-column.js'
import type { OpenPlace } from '../format/opened.js'
import { holdSource } from '../sources/held.js'
import { TailSource } from '../sources/tail.js'
import { say } from './context.js'
import { oneLine } from './exit.js'
import type { CliOptions } from './flags/options.js'

/** A frame that was opened. */
export interface OpenedFrame {
  schunk: SChunk
  /** Where it holds one. */
  array: NDArray | undefined
  /** What it is read from. */
  source: ByteSource
  /** Says that all of it is going to be read, from start to end. */
  willReadAll(): void
  /** Closes what was opened for it; the input stays open. */
  close(): Promise<void>
}

function checkChunks({ chunkSize: chunksize }: SChunk, { maxChunk }: CliOptions): void {
  if (maxChunk !== undefined && chunksize > maxChunk)
    throw damaged(`the frame has chunks of ${chunksize} plain bytes, more than allowed (see --max-chunk)`)
}

function arrayIn(schunk: SChunk, dtype: string | undefined): NDArray | undefined {
  if (schunk.meta.has(B2ND_LAYER) || schunk.meta.has(CATERVA_LAYER)) return NDArray.of(schunk, dtype)
  return undefined
}

/** Says that items come out as opaque ones, where nobody said what they are. */
export function sayDefaultDtype({ array, schunk }: OpenedFrame, name: string, o: CliOptions): void {
  const said = array?.storedDtype
  if (said === undefined || !isDefaultDtype(said, schunk.typesize)) return
  if (o.dtype !== undefined || o.raw === true || o.quiet === true) return
  say(`note: '${oneLine(name)}': ${defaultDtypeText(schunk.typesize)} (--dtype says what they are)`)
}

/**
 * Says what a frame holds where that is something else than plain numbers.
 * @throws BlpkError UNSUPPORTED for a store, whose bytes are those of other frames, unless they are wanted raw
 */
export function sayObject({ schunk }: OpenedFrame, name: string, { quiet, raw }: CliOptions): void {
  const object = schunk.object ?? tableColumn(name)
  if (object?.holds === 'frames' && raw !== true) throw unsupported(objectText(object))
  if ((object?.holds === 'other' || object?.holds === 'frames') && quiet !== true)
    say(`note: '${oneLine(name)}': ${objectText(object)}`)
}

/**
 * Opens the frame of an input. A pipe is brought into a file first, for a frame is described at its end.
 * @throws BlpkError DAMAGED, UNSUPPORTED (also where the values are elsewhere), IO
 */
export async function openFrameInput(input: OpenPlace, o: CliOptions): Promise<OpenedFrame> {
  const held = input.source.seekable ? undefined : await holdSource(input.source)
  const close = async (): Promise<void> => held?.close()
  try {
    const plain = held ?? input.source
    const { size, willRead } = plain
    const source = willRead === undefined || size === undefined ? plain : new TailSource(plain, size)
    const { nthreads } = o
    const schunk = await SChunk.open(
      input.directory ?? source,
      nthreads === undefined ? {} : { threads: nthreads },
    )
    checkChunks(schunk, o)
    schunk.checkHolds()
    const array = arrayIn(schunk, o.dtype)
    return { schunk, array, source, willReadAll: () => source.willRead?.(0, size ?? 0), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What array comes out of an {@link NDArray}: shape, and dtype as NumPy has it. @throws BlpkError DAMAGED */
export function layoutOf({ dtype, schunk, shape, size }: NDArray): NdarrayLayout {
  const { typesize } = schunk
  const { descr, itemsize } = parseMetadataDtype(dtype)
  if (itemsize !== typesize)
    throw damaged(
      `items of the dtype ${dtype} have ${itemsize} bytes, and those of the array ${typesize}; ` +
        'use --raw to get them as they are, or --dtype to say what they are',
    )
  return { descr, itemsize, shape: [...shape], order: 'C', nbytes: size * typesize }
}
