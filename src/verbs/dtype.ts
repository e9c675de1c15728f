// Types of items as callers write them.

import { dtypeRepr, parseMetadataDtype } from '../array/npy/index.js'
import { BlpkError, usage } from '../core/errors.js'

/**
 * A type as NumPy names it: `<f4`, `float32`, or `[('a', '<i4'), ('b', '<f8')]`.
 * @param name what messages call the option
 * @returns NumPy's type string, or the fields of a structured type
 * @throws BlpkError USAGE
 */
export function checkedDtype(text: string, name: string): string {
  try {
    const { descr, itemsize } = parseMetadataDtype(text, name)
    if (itemsize === 0) throw usage(`items of the dtype ${text} have 0 bytes`)
    return typeof descr === 'string' ? descr : dtypeRepr(descr)
  } catch (error) {
    throw error instanceof BlpkError ? usage(error.message) : error
  }
}
