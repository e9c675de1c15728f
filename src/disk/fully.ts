// Reads and writes that repeat until all bytes are done.

import { readSync, writeSync } from 'node:fs'

/** Systems process less than 2 GiB in one read or write; larger requests are split into this many bytes. */
export const MOST_AT_ONCE = 2 ** 30

/** Fills `into` from a file at `position`; fewer bytes only at the end. */
export function readFully(fd: number, into: Uint8Array, position: number): number {
  let done = 0
  while (done < into.length) {
    const n = readSync(fd, into, done, Math.min(into.length - done, MOST_AT_ONCE), position + done)
    if (n === 0) break
    done += n
  }
  return done
}

/** Writes all bytes to a descriptor, at a position or at the current one. */
export function writeFully(fd: number, bytes: Uint8Array, position: number | null): void {
  let done = 0
  while (done < bytes.length) {
    const at = position === null ? null : position + done
    done += writeSync(fd, bytes, done, Math.min(bytes.length - done, MOST_AT_ONCE), at)
  }
}
