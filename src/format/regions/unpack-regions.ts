// Writes an array in chunks of a shape to a sink: while a piece is written, threads decode the next one.

import { product } from '../../array/geometry.js'
import { axisRange, type Pick1 } from '../../array/picks.js'
import { runError } from '../../core/errors.js'
import type { RunOptions } from '../../engine/options.js'
import type { PlainSink } from '../../sinks/plain.js'
import type { RegionSource } from './region-source.js'
import { wholePieces } from './select.js'

/** Written without a turn for events, in bytes: meanwhile threads may wait for work. */
const WRITTEN_AT_ONCE = 2 * 2 ** 20

/** A piece that is being read. */
interface Piece {
  readonly bytes: Uint8Array
  readonly read: Promise<void>
}

/** Memory for pieces in turn, which threads share. */
class Rooms {
  #rooms: Uint8Array[] = [new Uint8Array(), new Uint8Array()]

  give(nbytes: number): Uint8Array {
    const [next = new Uint8Array(), other = new Uint8Array()] = this.#rooms
    const room = next.length < nbytes ? new Uint8Array(new SharedArrayBuffer(nbytes)) : next
    this.#rooms = [other, room]
    return room.subarray(0, nbytes)
  }
}

/** Starts to read a piece. */
function begin(array: RegionSource, keys: readonly Pick1[], rooms: Rooms): Piece {
  const counts = array.shape.map((extent, axis) => axisRange(keys[axis], extent).count)
  const bytes = rooms.give(product(counts) * array.itemBytes)
  const read = array.pickInto(keys, bytes)
  // Its failure is seen when the piece is wanted.
  read.catch(() => {})
  return { bytes, read }
}

async function write(bytes: Uint8Array, sink: PlainSink): Promise<void> {
  for (let at = 0; at < bytes.length; at += WRITTEN_AT_ONCE) {
    await sink.write(bytes.subarray(at, at + WRITTEN_AT_ONCE))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function writePieces(array: RegionSource, sink: PlainSink, o: RunOptions): Promise<void> {
  const total = product(array.shape) * array.itemBytes
  const rooms = new Rooms()
  let plain = 0
  let [last, next]: (Piece | undefined)[] = []
  const take = async (piece: Piece | undefined): Promise<void> => {
    if (piece === undefined) return
    await write(piece.bytes, sink)
    plain += piece.bytes.length
    o.onProgress?.({ plain, packed: 0, total })
  }
  try {
    for (const keys of wholePieces(array)) {
      await next?.read
      o.signal?.throwIfAborted()
      last = next
      next = begin(array, keys, rooms)
      await take(last)
    }
    await next?.read
    await take(next)
  } finally {
    // Whoever closes the source must not take it from a thread that reads.
    await next?.read.catch(() => {})
  }
}

/**
 * Writes all items in C order to a sink, which is finished, or aborted when anything fails. Two pieces are in memory.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, INTERRUPTED
 */
export async function unpackRegions(array: RegionSource, sink: PlainSink, o: RunOptions): Promise<void> {
  try {
    await writePieces(array, sink, o)
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw runError(error, o.signal)
  }
}
