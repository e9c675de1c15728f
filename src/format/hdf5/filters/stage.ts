// What the decoder of a filter gets: one stage of undoing a pipeline.

import { damaged, type ErrorPlace } from '../../../core/errors.js'
import type { MaybePromise } from '../../../core/maybe-promise.js'
import type { Workspace } from '../../../kernels/workspace.js'

/** One filter of a chunk that is undone. */
export interface Stage {
  readonly ws: Workspace
  /** The client data values of the filter. */
  readonly values: readonly number[]
  /** Most bytes that may come out. */
  readonly most: number
  /** Size of an item of the dataset, in bytes. */
  readonly itemBytes: number
  readonly place: ErrorPlace
  /** Memory in the arena for what comes out, that does not overlap with what goes in. At most {@link Stage.most} bytes. */
  room(nbytes: number): Uint8Array
}

/** Undoes a filter. */
export interface Decoder {
  readonly name: string
  /** Whether as many bytes come out as go in. */
  readonly keepsSize?: boolean
  /** Approximate speed of one thread, in MB/s of plain bytes. */
  readonly speed: number
  /**
   * @returns the bytes as they were before the filter, in memory of the stage or elsewhere; they may be the input
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED
   */
  decode(stage: Stage, input: Uint8Array): MaybePromise<Uint8Array>
}

/** The size that a chunk claims for what comes out. @throws BlpkError DAMAGED if that is too large */
export function checkSize({ most, place }: Stage, nbytes: number, name: string): number {
  if (nbytes > most)
    throw damaged(
      `the chunk claims ${nbytes} bytes in ${name}, more than the ${most} that it may have`,
      place,
    )
  return nbytes
}

/** A big-endian number of 32 bits. */
export function bigEndian32(bytes: Uint8Array, at: number, { place }: Stage): number {
  if (at + 4 > bytes.length) throw damaged('the chunk is truncated', place)
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at)
}

/** A big-endian number of 64 bits. @throws BlpkError DAMAGED above 2^53 - 1 */
export function bigEndian64(bytes: Uint8Array, at: number, stage: Stage): number {
  const value = bigEndian32(bytes, at, stage) * 2 ** 32 + bigEndian32(bytes, at + 4, stage)
  if (!Number.isSafeInteger(value)) throw damaged('the chunk claims an absurd size', stage.place)
  return value
}
