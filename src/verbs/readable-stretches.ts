// Finds out which plain bytes of a container can be read, and reads them with zeros for the others.

import { asDamage, type BlpkError, damaged } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import type { Opened } from '../format/opened.js'

/** What is read at once, in bytes, unless that would make too many stretches. */
const STRETCH_BYTES = 65_536
const MOST_STRETCHES = 65_536
const ZEROS = new Uint8Array(65_536)

/** Plain bytes, from `start` to `stop`. */
export interface Stretch {
  start: number
  stop: number
  /** Why they cannot be read. */
  problem?: BlpkError
}

/** A stretch that cannot be read. */
export type LostStretch = Stretch & { problem: BlpkError }

async function problemIn(
  opened: Opened,
  { start, stop }: Stretch,
  nbytes: number,
): Promise<BlpkError | undefined> {
  let at = start
  try {
    for await (const piece of opened.pieces(start, stop, {})) at += piece.length
  } catch (error) {
    return asDamage(error)
  }
  return at === stop ? undefined : damaged(`the data end at byte ${at} of ${nbytes}`)
}

/** Reads all of `nbytes` plain bytes, a stretch at a time. @throws IO; the signal's reason */
export async function readableStretches(
  opened: Opened,
  nbytes: number,
  { signal }: RunOptions,
): Promise<Stretch[]> {
  const step = Math.max(STRETCH_BYTES, Math.ceil(nbytes / MOST_STRETCHES))
  const found: Stretch[] = []
  for (let start = 0; start < nbytes; start += step) {
    signal?.throwIfAborted()
    const stretch = { start, stop: Math.min(start + step, nbytes) }
    const problem = await problemIn(opened, stretch, nbytes)
    found.push({ ...stretch, ...(problem !== undefined && { problem }) })
  }
  return found
}

/** The stretches that cannot be read; those that follow each other for the same reason are one. */
export function lostStretches(all: readonly Stretch[]): LostStretch[] {
  const lost: LostStretch[] = []
  for (const { start, stop, problem } of all) {
    if (problem === undefined) continue
    const last = lost.at(-1)
    if (last?.stop === start && last.problem.message === problem.message) last.stop = stop
    else lost.push({ start, stop, problem })
  }
  return lost
}

/** Plain bytes in all stretches. */
export function bytesIn(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { start, stop }) => sum + stop - start, 0)
}

/** The plain bytes of stretches, with zeros for those that cannot be read. */
export async function* piecesOf(
  opened: Opened,
  stretches: readonly Stretch[],
  { signal }: RunOptions,
): AsyncGenerator<Uint8Array> {
  for (const { start, stop, problem } of stretches) {
    signal?.throwIfAborted()
    if (problem === undefined) yield* opened.pieces(start, stop, { signal })
    else for (let at = start; at < stop; at += ZEROS.length) yield ZEROS.subarray(0, stop - at)
  }
}
