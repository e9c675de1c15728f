// Brings the chunks of an array from a source, in stretches that fit in memory.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FilePlace } from '../../bytes/file-place.js'
import { changedError } from '../../core/errors.js'
import { attempt } from '../../core/io-errors.js'
import { readFully } from '../../disk/fully.js'
import { checkEnd } from '../../engine/plain-chunks.js'
import { spool } from '../../engine/spool.js'
import type { PlainSource } from '../../sources/plain.js'
import {
  type ArrayInput,
  type PlainChunk,
  type ReadItems,
  stretchAxis,
  stretchBytes,
} from './array-chunks.js'
import type { PlainChunks } from './pack-into.js'

/** Maximum of plain bytes read at once, if the input can be read at any position. */
const MAX_STRETCH = 128 * 2 ** 20

/** Reads from start to end. */
function inTurn(source: PlainSource): ReadItems {
  return async (_, into) => {
    if ((await source.read(into)) < into.length) throw changedError(source.name, 'shorter')
  }
}

function atPositions({ fd, position, name }: FilePlace, itemBytes: number): ReadItems {
  return async (start, into) => {
    const n = attempt('read', name, () => readFully(fd, into, position + start * itemBytes))
    if (n < into.length) throw changedError(name, 'shorter')
  }
}

/**
 * Packs an array stretch by stretch. If a stretch is too large to hold, and the input is not a file, it is copied to a
 * temporary file.
 * @param pack packs the chunks of all stretches, which are whole along the axes after `axis`
 */
export async function packStretches(
  source: PlainSource,
  input: ArrayInput,
  pack: (axis: number, read: ReadItems) => Promise<number>,
): Promise<number> {
  const axis = stretchAxis(input, MAX_STRETCH)
  if (axis === 0 || stretchBytes(input, 0) <= MAX_STRETCH) {
    const nbytes = await pack(0, inTurn(source))
    await checkEnd(source)
    return nbytes
  }
  if (source.place !== undefined) return pack(axis, atPositions(source.place, input.itemBytes))
  const held = await spool(source, join(tmpdir(), 'blpk'))
  try {
    if (held.place === undefined) throw changedError(source.name, 'shorter')
    return await pack(axis, atPositions(held.place, input.itemBytes))
  } finally {
    await held.close()
  }
}

/** The chunks of an array, in order. @param nbytes plain size of each, in bytes */
export function chunksIn(chunks: AsyncIterable<PlainChunk>, nbytes: number, count: number): PlainChunks {
  const source = chunks[Symbol.asyncIterator]()
  const places: number[] = []
  return {
    chunkBytes: nbytes,
    total: count * nbytes,
    fill: async (room) => {
      const next = await source.next()
      if (next.done === true) return undefined
      places.push(next.value.index)
      room.set(next.value.plain)
      return next.value.plain.length
    },
    placeOf: (i) => places[i] ?? 0,
  }
}
