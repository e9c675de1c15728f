// The sequences of literals and matches that bytes are cut into.
import { copyBytes } from '../copy'
import { MAX_RUN, SEQUENCE_BYTES, SEQUENCES } from './layout'

/** Where the next sequence goes, and how many literals and matches there are; these belong to the instance. */
export let sequencesEnd: usize = 0
export let tokens: u32 = 0

export function startSequences(s: usize): void {
  sequencesEnd = s + SEQUENCES
  tokens = 0
}

/** Takes back those from `at` on. */
export function rollBack(at: usize): void {
  sequencesEnd = at
}

/** Keeps only those from `at` on, and moves them to the start. */
export function dropSequences(s: usize, at: usize): void {
  const kept = sequencesEnd - at
  // Vectors are read before they are written, so moving to lower addresses may overlap.
  copyBytes(s + SEQUENCES, at, kept)
  sequencesEnd = s + SEQUENCES + kept
}

// @ts-ignore: decorator
@inline
function put(literals: u32, match: u32): void {
  store<u32>(sequencesEnd, literals)
  store<u32>(sequencesEnd, match, 4)
  sequencesEnd += SEQUENCE_BYTES
}

/** Adds literals and a match, or none of length 0. */
export function addSequence(literals: u32, length: u32, distance: u32): void {
  tokens += literals + 1
  for (; literals > MAX_RUN; literals -= MAX_RUN) put(MAX_RUN, 0)
  put(literals, length | (distance << 16))
}
