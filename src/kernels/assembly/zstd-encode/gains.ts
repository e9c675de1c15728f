// What sequences take, about, before anything is known of the others.

/** About what a sequence takes that repeats an offset, in bits. */
export const REPEAT_BITS: i32 = 6

/** About what the count of literals before a match takes, in bits. */
@inline
export function digitsOf(literals: u32): i32 {
  return min<i32>(8, 32 - <i32>clz(literals))
}
