// Runs of one byte, where chains lead to one place after another of the same run.
import { equalRun } from '../lz'

/** How far back the match starts that {@link lengthInRun} found; this belongs to the instance. */
export let backInRun: u32 = 0

/**
 * The last three bytes of a run and what follows are one word, which is rarer than those in the run.
 * @returns how far from the start of the run it lies; 0 for no run, or one that does not end before `limit`
 */
// @ts-ignore: decorator
@inline
export function runOffset(word: u32, ip: usize, limit: usize): u32 {
  if (word != rotl(word, 8)) return 0
  const run: u32 = 4 + equalRun(ip + 4, ip + 3, limit)
  return run == <u32>(limit - ip) ? 0 : run - 3
}

/** How many bytes before a place are the same as the one there, up to `most`. */
function runBefore(at: usize, most: u32): u32 {
  const byte = load<u8>(at)
  let n: u32 = 0
  while (n < most && load<u8>(at - n - 1) == byte) n++
  return n
}

/**
 * The match of a run with the earlier one that has a place `back` bytes before: from there on, or from so much sooner
 * that all of the run has its like. The first four bytes are known to be equal. @returns its length
 */
export function lengthInRun(ip: usize, back: u32, run: u32, reach: u32, limit: usize): u32 {
  const found: u32 = 4 + equalRun(ip + 4, ip - back + 4, limit)
  backInRun = back
  if (found >= run) return found
  const more = runBefore(ip - back, min(run - found, reach - back))
  backInRun = back + more
  return found + more < run ? found + more : run + equalRun(ip + run, ip - backInRun + run, limit)
}
