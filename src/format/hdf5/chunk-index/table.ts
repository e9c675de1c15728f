// Collects the chunks that an index names, and notes what cannot be right about them.

import type { ByteSpan } from '../../../bytes/byte-source.js'
import { damaged, unsupported } from '../../../core/errors.js'
import type { ChunkEntry, ChunkTable } from '../model.js'

/** Most chunks that a table holds: no Map of JavaScript has more entries. */
const MOST_CHUNKS = 2 ** 24 - 1

/** A table of chunks in the making. */
export class TableBuilder {
  readonly #entries = new Map<number, ChunkEntry>()
  readonly #size: number | undefined

  /** @param size of the file, in bytes, if known */
  constructor(size: number | undefined) {
    this.#size = size
  }

  /**
   * @param position in the current grid; undefined for a chunk outside, which is dropped
   * @throws BlpkError UNSUPPORTED for too many chunks
   */
  add(position: number | undefined, entry: ChunkEntry): void {
    if (position === undefined) return
    const damage = this.#entries.has(position)
      ? 'the index has two entries for the chunk'
      : (entry.damage ?? this.#damageOf(entry))
    if (this.#entries.size >= MOST_CHUNKS) throw unsupported(`a dataset has more than ${MOST_CHUNKS} chunks`)
    this.#entries.set(position, damage === undefined ? entry : { ...entry, damage })
  }

  #damageOf({ address, cbytes }: ChunkEntry): string | undefined {
    if (cbytes === 0) return 'the index says that the chunk has no bytes'
    const end = address + cbytes
    const isWithin = Number.isSafeInteger(end) && (this.#size === undefined || end <= this.#size)
    return isWithin ? undefined : 'the chunk reaches beyond the end of the file'
  }

  /** The table, in which chunks that share bytes are marked as damaged. */
  finish(): ChunkTable {
    const sound = [...this.#entries].filter(([, { damage }]) => damage === undefined)
    sound.sort(([, a], [, b]) => a.address - b.address)
    let last: (typeof sound)[number] | undefined
    for (const one of sound) {
      const [position, entry] = one
      if (last !== undefined && entry.address < endOf(last[1])) {
        this.#share(last[0], position)
        this.#share(position, last[0])
      }
      if (last === undefined || endOf(entry) > endOf(last[1])) last = one
    }
    return this.#entries
  }

  #share(position: number, other: number): void {
    const entry = this.#entries.get(position)
    if (entry === undefined || entry.damage !== undefined) return
    this.#entries.set(position, { ...entry, damage: `the chunk shares bytes with chunk ${other}` })
  }
}

function endOf({ address, cbytes }: ChunkEntry): number {
  return address + cbytes
}

/** The bytes of a chunk in the file. @throws BlpkError DAMAGED if the index contradicts itself or the file */
export function spanOf({ address, cbytes, damage }: ChunkEntry, chunk: number): ByteSpan {
  if (damage !== undefined) throw damaged(damage, { chunk, offset: address })
  return [address, address + cbytes]
}
