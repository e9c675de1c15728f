// Arrays in memory as sources of plain bytes.

import { type ArrayFields, fieldsOf } from '../array/array-value.js'
import { dtypeRepr, ndarrayMetadata, parseMetadataDtype } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import { toJson } from '../core/json/json.js'
import type { NumericArray } from '../core/numeric-array.js'
import { MemorySource } from './memory.js'
import { BytesPlainSource, type PlainSource } from './plain.js'

/**
 * Makes an array a source to pack, with the metadata that Bloscpack writes for it.
 * @throws BlpkError USAGE if shape and data do not go together, UNSUPPORTED for object dtypes
 */
export function arraySource(array: ArrayFields | NumericArray): PlainSource {
  const { dtype, shape, order, data } = fieldsOf(array)
  const { descr, itemsize } = parseMetadataDtype(dtype)
  const nbytes = shape.reduce((product, n) => product * n, itemsize)
  if (nbytes !== data.length)
    throw usage(`an array of ${nbytes} bytes was given ${data.length} bytes of data`)
  const metadata = toJson(ndarrayMetadata({ dtype: dtypeRepr(descr), shape, order }))
  return new BytesPlainSource(new MemorySource(data), { typesize: itemsize, metadata })
}
