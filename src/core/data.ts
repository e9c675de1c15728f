// Input data in memory: a view of bytes, or a typed array whose NumPy dtype is known.

import { usage } from './errors.js'
import { dtypeOfTyped } from './typed-values.js'

/** Bytes, or a typed array of any kind. */
export type Data = ArrayBufferView

/** The bytes of any view. @throws BlpkError USAGE for anything else */
export function asBytes(data: Data): Uint8Array {
  if (!ArrayBuffer.isView(data)) throw usage('data must be a Uint8Array or another typed array')
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** The NumPy dtype of a typed array; undefined for plain bytes. */
export function dtypeOf(data: Data | undefined): string | undefined {
  const dtype = dtypeOfTyped(data)
  return dtype === '|u1' ? undefined : dtype
}
