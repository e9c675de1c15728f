// Hash chains for LZ4 HC: every position leads to the one before it whose four bytes hash the same.
// Positions are addresses less a base, such that none in reach is below FIRST, and an empty head (0) is out of reach.

// @ts-ignore: decorator
@inline const HASH_BITS: u32 = 15
// @ts-ignore: decorator
@inline export const MAX_DISTANCE: u32 = 65535
/** The position of the first byte that matches may reach back to. */
// @ts-ignore: decorator
@inline export const FIRST: u32 = MAX_DISTANCE + 1
// Heads (u32), then distances along the chains (u16).
// @ts-ignore: decorator
@inline const HEADS_BYTES: usize = 4 << HASH_BITS
// @ts-ignore: decorator
@inline const CHAIN_AT: usize = HEADS_BYTES
/** What the chains take of the scratch area. */
// @ts-ignore: decorator
@inline export const CHAINS_BYTES: usize = CHAIN_AT + (2 << 16)

let heads: usize = 0
/** The address of position 0. */
export let base: usize = 0
/** All before this address are in the chains. */
let known: usize = 0

/** Puts a position into its chain; returns the position before it in the chain. */
// @ts-ignore: decorator
@inline
function insert(scratch: usize, at: usize, position: u32): u32 {
  const head = scratch + (<usize>((load<u32>(at) * 2654435761) >> (32 - HASH_BITS)) << 2)
  const before = load<u32>(head)
  const delta = position - before
  store<u16>(
    scratch + (<usize>(position & 0xffff) << 1),
    <u16>(delta < MAX_DISTANCE ? delta : MAX_DISTANCE),
    CHAIN_AT,
  )
  store<u32>(head, position)
  return before
}

/** Starts over, with chains that are empty or, if `src` comes after `floor`, hold what lies between. */
export function openChains(scratch: usize, floor: usize, src: usize): void {
  memory.fill(scratch, 0, HEADS_BYTES)
  heads = scratch
  base = floor - FIRST
  known = floor
  if (floor == src) return
  insert(scratch, floor, FIRST)
  known++
}

/** Inserts positions up to and with `at`, which is not known yet; returns the one before it in its chain. */
// @ts-ignore: decorator
@inline
export function chained(at: usize): u32 {
  const scratch = heads
  const zero = base
  for (let next = known; next < at; next++) {
    // The inside of runs is left out, or chains would hold little else.
    if (load<u64>(next) != load<u64>(next - 1)) insert(scratch, next, <u32>(next - zero))
  }
  known = at + 1
  return insert(scratch, at, <u32>(at - zero))
}

/** Leaves out positions before `at`. */
// @ts-ignore: decorator
@inline
export function leaveOut(at: usize): void {
  known = max<usize>(known, at)
}

/** The next position in the chain of a position. */
// @ts-ignore: decorator
@inline
export function along(scratch: usize, position: u32): u32 {
  return position - <u32>load<u16>(scratch + (<usize>(position & 0xffff) << 1), CHAIN_AT)
}
