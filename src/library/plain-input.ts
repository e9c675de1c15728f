// What `pack` takes: byte sources, arrays, and sources of plain bytes.

import type { ArrayFields } from '../array/array-value.js'
import type { NumericArray } from '../core/numeric-array.js'
import type { Readable } from '../places/open.js'
import { arraySource } from '../sources/array.js'
import { openPlain } from '../sources/npy.js'
import type { PlainSource } from '../sources/plain.js'
import type { PlaceSettings } from '../store/settings.js'
import { type Input, openInput } from '../verbs/inputs.js'

/**
 * What is packed: a path or address, bytes, a stream or any iterable of bytes, a source, or an array. A `.npy` is known by
 * its first bytes. A `Uint8Array` is bytes, and other typed arrays are arrays of one dimension.
 */
export type Packable = Readable | PlainSource | ArrayFields | NumericArray

/** Plain bytes that are open, and what is known of the place that they come from. */
export interface PlainInput {
  plain: PlainSource
  /** Undefined for what was open already, and for memory. */
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
 * Opens what is packed.
 * @param options.raw take a `.npy` as plain bytes
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK; USAGE, UNSUPPORTED for arrays that are none
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
