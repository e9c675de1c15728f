// Opaque items: bytes, or items that only NumPy knows, which h5py stores with the dtype in the tag.

import { parseTypeCode } from '../../../array/npy/typecode.js'
import type { Datatype } from './datatype.js'

const NUMPY_TAG = 'NUMPY:'

/** @returns the dtype in the tag, such as that of times or of text, or that of void items */
export function opaqueDescr({ tag, size }: Extract<Datatype, { kind: 'opaque' }>): string {
  const bytes = `|V${size}`
  if (!tag.startsWith(NUMPY_TAG)) return bytes
  try {
    const { code, itemsize } = parseTypeCode(tag.slice(NUMPY_TAG.length))
    return itemsize === size ? code : bytes
  } catch {
    return bytes
  }
}
