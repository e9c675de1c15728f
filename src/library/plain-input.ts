// The inputs of `pack`: byte sources, arrays, and sources of plain bytes.

import type { ArrayFields } from '../array/array-value.js'
import type { NumericArray } from '../core/numeric-array.js'
import type { Readable } from '../places/open.js'
import { arraySource } from '../sources/array.js'
import { openPlain } from '../sources/npy.js'
import type { PlainSource } from '../sources/plain.js'
import type { PlaceSettings } from '../store/settings.js'
import { type Input, openInput } from '../verbs/inputs.js'

/**
 * Data to pack: a path or address, bytes, a stream or any iterable of bytes, a source, or an array. A `.npy`
 * file is recognised by its first bytes. A `Uint8Array` is bytes; other typed arrays are one-dimensional
 * arrays.
 */
export type Packable = Readable | PlainSource | ArrayFields | NumericArray

/** Open plain bytes, and what is known about their place. */
export interface PlainInput {
  plain: PlainSource
  /** Undefined for memory, and for sources that were open already. */
  input: Input | undefined
  /** Closes what was opened here. */
  close(): Promise<void>
}

function isArray(from: Packable): from is ArrayFields | NumericArray {
  if (ArrayBuffer.isView(from)) return !(from instanceof Uint8Array)
  return typeof from === 'object' && 'dtype' in from && 'data' in from
}

function isPlainSource(from: Packable): from is PlainSource {
  return typeof from === 'object' && 'sample' in from
}

/**
 * Opens the data to pack.
 * @param options.raw pack a `.npy` file as plain bytes
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK; USAGE, UNSUPPORTED for invalid arrays
 */
export async function openPlainInput(
  from: Packable,
  options: PlaceSettings & { raw?: boolean },
): Promise<PlainInput> {
  const nothing = async (): Promise<void> => {}
  if (isArray(from)) return { plain: arraySource(from), input: undefined, close: nothing }
  if (isPlainSource(from)) return { plain: from, input: undefined, close: nothing }
  const isOpen = typeof from === 'object' && 'seekable' in from
  const input = await openInput(from, options)
  const close = async (): Promise<void> => {
    if (!isOpen) await input.source.close()
  }
  try {
    return { plain: await openPlain(input.source, options), input, close }
  } catch (error) {
    await close()
    throw error
  }
}
