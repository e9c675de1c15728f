// Bits of Zstandard streams, which are read backward through 64-bit words: `used` of the word at `at` are gone from
// its top.

/** Bytes of a little-endian number, which must end before `end`; -1 if they do not. */
export function little(src: usize, end: usize, nbytes: u32): i64 {
  if (end - src < nbytes) return -1
  let value: i64 = 0
  for (let i = <i32>nbytes - 1; i >= 0; i--) value = (value << 8) | <i64>load<u8>(src + i)
  return value
}

/** The last word of a stream; of a short one with zeros above, which count as used. */
@inline
export function lastWord(start: usize, end: usize): u64 {
  if (end - start >= 8) return load<u64>(end - 8)
  let word: u64 = 0
  for (let p = end; p > start; ) word = (word << 8) | <u64>load<u8>(--p)
  return word
}

/** Bits of the last word that are used from the start: above the mark, the mark itself, and what is missing. */
@inline
export function firstUsed(start: usize, end: usize): u32 {
  const missing: u32 = end - start >= 8 ? 0 : 64 - (<u32>(end - start) << 3)
  return missing + clz(<u32>load<u8>(end - 1)) - 23
}

/** How far the word can move down: whole bytes, not below the start. */
@inline
export function moveBy(start: usize, at: usize, used: u32): usize {
  return min<usize>(used >> 3, at - start)
}

/** The next `count` bits of a word; none are 0. */
@inline
export function look(word: u64, used: u32, count: u32): u32 {
  return <u32>(((word << used) >> 1) >> (63 - count))
}
