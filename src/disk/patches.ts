// Lays saved bytes over the bytes of a file, to read its state before a change.

/** Bytes that come from elsewhere than the file. Position and size are in bytes. */
export interface Patch {
  position: number
  nbytes: number
  /** Fills `into` with bytes of the patch, from `offset` in it on. */
  read(offset: number, into: Uint8Array): void
}

export function memoryPatch(position: number, bytes: Uint8Array): Patch {
  return {
    position,
    nbytes: bytes.length,
    read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  }
}

/** The part of a patch within a range; undefined if there is none. */
function within(patch: Patch, position: number, nbytes: number): [start: number, stop: number] | undefined {
  const start = Math.max(patch.position, position)
  const stop = Math.min(patch.position + patch.nbytes, position + nbytes)
  return start < stop ? [start, stop] : undefined
}

/** Whether any of the patches touches a range. */
export function touches(patches: readonly Patch[], position: number, nbytes: number): boolean {
  return patches.some((patch) => within(patch, position, nbytes) !== undefined)
}

/**
 * Lays patches over bytes that were read; later patches win.
 * @param n number of bytes in `into`
 * @returns number of bytes including the patches
 */
export function overlay(patches: readonly Patch[], position: number, into: Uint8Array, n: number): number {
  let there = n
  for (const patch of patches) {
    const part = within(patch, position, into.length)
    if (part === undefined) continue
    const [start, stop] = part
    patch.read(start - patch.position, into.subarray(start - position, stop - position))
    if (start - position <= there) there = Math.max(there, stop - position)
  }
  return there
}
