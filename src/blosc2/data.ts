/** Bytes, or a typed array of any kind. */
export type Data = ArrayBufferView

/** The bytes of any view. */
export function asBytes(data: Data): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
