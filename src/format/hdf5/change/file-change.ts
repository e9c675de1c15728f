// A change of a file in place: blocks behind its end first, then patches that make them count.

import type { ByteSink } from '../../../bytes/byte-sink.js'
import type { ChangePlan, Replaceable } from '../../../bytes/editable.js'
import type { Range } from '../../../bytes/mutable-parts.js'
import { rollBackAfter } from '../../../bytes/roll-back.js'
import { damaged, unsupported } from '../../../core/errors.js'
import type { Superblock } from '../structure/superblock.js'
import { changedSuperblock, type NewRoot, steadyBytes, superblockBytes } from './superblock-fields.js'

/** Bytes that take the place of others, at an absolute position. */
export interface BytePatch {
  readonly position: number
  readonly bytes: Uint8Array
}

/** How much of the start of the file a journal keeps to know it again, in bytes. */
const HEAD_BYTES = 4096
const ALIGNED = 8
/** In a store, what is patched passes through the memory of this machine, and all before it, in bytes. */
const MOST_FAR = 64 * 2 ** 20

/** Bytes of the file that the change leaves alone: as long a stretch as there is. */
function keptRange(ranges: readonly Range[], start: number, size: number): ChangePlan['kept'] {
  let kept = { start, stop: start }
  let at = start
  for (const [position, nbytes] of [...ranges, [size, 0] as const].sort(([a], [b]) => a - b)) {
    if (position - at > kept.stop - kept.start) kept = { start: at, stop: position }
    at = Math.max(at, position + nbytes)
  }
  return kept
}

/** A change of a file. Addresses count from its superblock. */
export class FileChange {
  readonly #file: Replaceable
  readonly #superblock: Superblock
  readonly #signal: AbortSignal | undefined
  /** End of what was written, absolute. */
  #end = 0
  readonly sink: Pick<ByteSink, 'write'> = { write: (bytes) => this.#write(bytes) }

  constructor(file: Replaceable, superblock: Superblock, signal: AbortSignal | undefined) {
    this.#file = file
    this.#superblock = superblock
    this.#signal = signal
  }

  /** Where the next block goes, as an address. */
  get position(): number {
    return this.#end - this.#superblock.position
  }

  async #read(position: number, nbytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(nbytes)
    if ((await this.#file.read(position, bytes)) < nbytes)
      throw damaged('the file ends within its superblock', { offset: position })
    return bytes
  }

  get #ownRange(): Range {
    return [this.#superblock.position, superblockBytes(this.#superblock)]
  }

  /**
   * Begins the change, which can be undone from now on.
   * @param ranges to be patched at the end, besides the superblock; absolute
   */
  async begin(ranges: readonly Range[]): Promise<void> {
    const file = this.#file
    const { size } = file
    const far = Math.max(0, ...ranges.map(([position, nbytes]) => position + nbytes))
    if (file.path === undefined && far > MOST_FAR)
      throw unsupported(
        `an object in a store is changed in its first ${MOST_FAR / 2 ** 20} MiB only; what changes here ends at byte ${far}`,
      )
    const all = [this.#ownRange, ...ranges]
    // The journal knows the file by its start, as far as that does not change.
    const steady = this.#superblock.position + steadyBytes(this.#superblock)
    const before = await this.#read(0, Math.min(HEAD_BYTES, steady))
    this.#signal?.throwIfAborted()
    await file.begin({
      ranges: all.map(([position, nbytes]) => [position, nbytes]),
      before,
      after: before,
      kept: keptRange(all, before.length, size),
    })
    this.#end = size
    const gap = (ALIGNED - (this.position % ALIGNED)) % ALIGNED
    if (gap > 0) await this.#write(new Uint8Array(gap))
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#signal?.throwIfAborted()
    if (bytes.length === 0) return
    await this.#file.write(this.#end, bytes)
    this.#end += bytes.length
  }

  /** Writes blocks behind each other. @returns what they result in */
  async put<T>(blocks: Generator<Uint8Array, T, undefined>): Promise<T> {
    for (let next = blocks.next(); ; next = blocks.next()) {
      if (next.done === true) return next.value
      await this.#write(next.value)
    }
  }

  /** Makes the blocks count: all patches, in their order, and the superblock. */
  async commit(patches: readonly BytePatch[], root?: NewRoot): Promise<void> {
    const file = this.#file
    const [position, nbytes] = this.#ownRange
    const own = changedSuperblock(this.#superblock, await this.#read(position, nbytes), this.position, root)
    await file.sync()
    this.#signal?.throwIfAborted()
    await file.write(position, own)
    for (const patch of patches) await file.write(patch.position, patch.bytes)
    await file.sync()
    await file.commit()
  }

  /** Undoes the change. @returns the error to throw, which says how that went */
  undone(error: unknown): Promise<unknown> {
    return rollBackAfter(this.#file, error)
  }
}
