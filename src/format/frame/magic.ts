// Recognises frames by their first bytes.

/** The start of a frame: a msgpack string after the head of an array. */
export const FRAME_MAGIC = 'b2frame\0'

/** The file inside the directory of a sparse frame. */
export const SPARSE_FRAME_NAME = 'chunks.b2frame'

/** Whether this is the start of a frame. @param bytes the first 11 bytes or more */
export function looksLikeFrame(bytes: Uint8Array): boolean {
  const name = String.fromCharCode(...bytes.subarray(2, 10))
  return bytes.length >= 11 && name === FRAME_MAGIC && (bytes[0] ?? 0) >> 4 === 9 && bytes[1] === 0xa8
}
