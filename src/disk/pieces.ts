// Reads and hashes ranges of open files in pieces of bounded size.

import { BlpkError } from '../core/errors.js'
import { EventTurns } from '../core/event-turns.js'
import type { Xxh64 } from '../core/xxh64.js'
import type { Disk } from './disk.js'

const PIECE_BYTES = 1 << 20

/** Reads a range of an open file piece by piece. @returns the number of bytes */
export function inPieces(
  disk: Disk,
  fd: number,
  position: number,
  nbytes: number,
  use: (piece: Uint8Array, offset: number) => void,
): number {
  const room = new Uint8Array(Math.min(PIECE_BYTES, nbytes))
  let done = 0
  while (done < nbytes) {
    const piece = room.subarray(0, Math.min(room.length, nbytes - done))
    const n = disk.read(fd, piece, position + done)
    use(piece.subarray(0, n), done)
    done += n
    if (n < piece.length) break
  }
  return done
}

/** The hash of a short range. */
export function digestRange(disk: Disk, fd: number, position: number, nbytes: number, hash: Xxh64): bigint {
  inPieces(disk, fd, position, nbytes, (piece) => hash.update(piece))
  return hash.digest()
}

/** The hash of the first bytes of a file, however many. @throws BlpkError INTERRUPTED */
export async function digestFront(
  disk: Disk,
  fd: number,
  nbytes: number,
  hash: Xxh64,
  signal?: AbortSignal,
): Promise<bigint> {
  const turns = new EventTurns()
  for (let at = 0; at < nbytes; at += PIECE_BYTES) {
    inPieces(disk, fd, at, Math.min(PIECE_BYTES, nbytes - at), (piece) => hash.update(piece))
    await turns.rest()
    if (signal?.aborted) throw new BlpkError('INTERRUPTED', 'interrupted', {}, signal.reason)
  }
  return hash.digest()
}
