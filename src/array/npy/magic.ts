// Recognises `.npy` files by their first bytes.

/** What a .npy file starts with: `\x93NUMPY`. */
export const NPY_MAGIC = Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59])

/** @returns whether the bytes begin as a .npy file does (at least 6 of them) */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= NPY_MAGIC.length && NPY_MAGIC.every((byte, i) => bytes[i] === byte)
}
