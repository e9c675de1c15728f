// The buffer that many reads fill together.

import { partBytes } from './chunk-part.js'
import type { PartRead } from './part-task.js'

/** A result of up to this size is put together in the arena, where kernels place its rows, in bytes. */
const LARGEST_ARENA_RESULT = 4 * 2 ** 20

/** A buffer that reads put items in, most of it. */
export interface CommonResult {
  out: Uint8Array
  /** Whether they fill all of it. */
  isFull: boolean
}

/** The buffer of reads that all put items at places in it; undefined if it is large, or stays as it is for the most part. */
export function commonResult(reads: readonly PartRead[], itemBytes: number): CommonResult | undefined {
  const out = reads[0]?.out
  if (out === undefined || out.length > LARGEST_ARENA_RESULT) return undefined
  if (reads.some((read) => read.out !== out || read.axes === undefined)) return undefined
  const filled = reads.reduce((sum, { part }) => sum + partBytes(part, itemBytes), 0)
  return 2 * filled >= out.length ? { out, isFull: filled === out.length } : undefined
}
