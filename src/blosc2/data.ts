import { usage } from '../errors.js'

/** Bytes, or a typed array of any kind. */
export type Data = ArrayBufferView

/** The bytes of any view. @throws BlpkError USAGE for anything else */
export function asBytes(data: Data): Uint8Array {
  if (!ArrayBuffer.isView(data)) throw usage('data must be a Uint8Array, or a typed array of another kind')
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

const TYPES: readonly (readonly [new () => object, string])[] = [
  [Int8Array, '|i1'],
  [Int16Array, '<i2'],
  [Uint16Array, '<u2'],
  [Int32Array, '<i4'],
  [Uint32Array, '<u4'],
  [BigInt64Array, '<i8'],
  [BigUint64Array, '<u8'],
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
]

/** What the items of a typed array are, as NumPy names it; of plain bytes nothing is known. */
export function dtypeOf(data: Data | undefined): string | undefined {
  const found = TYPES.find(([type]) => data instanceof type)
  return found?.[1]
}
