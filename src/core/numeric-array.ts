// The typed arrays that have a NumPy dtype, `Float16Array` included.

/** A `Float16Array`, which Node has from version 24 on, and TypeScript from library ES2025 on. */
export interface Float16ArrayLike extends ArrayBufferView {
  readonly BYTES_PER_ELEMENT: number
  readonly length: number
  [index: number]: number
  /** The items, in order. */
  [Symbol.iterator](): IterableIterator<number>
}

/** Typed arrays that have a NumPy dtype. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | Float16ArrayLike
