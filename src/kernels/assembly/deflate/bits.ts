// Bits, the lowest of a byte first (RFC 1951, section 3.1.1). Only whole words of four bytes are written in between, so
// nothing goes beyond what was measured before.

let word: u64 = 0
let held: u32 = 0
let to: usize = 0

export function startBits(op: usize): void {
  word = 0
  held = 0
  to = op
}

/** Writes up to 32 bits. */
export function putBits(value: u32, bits: u32): void {
  word |= <u64>value << held
  held += bits
  if (held >= 32) {
    store<u32>(to, <u32>word)
    to += 4
    word >>= 32
    held -= 32
  }
}

/** Fills the last byte with zeros, and writes all. @returns where the next byte goes */
export function endBits(): usize {
  for (; held > 0; held = held > 8 ? held - 8 : 0) {
    store<u8>(to++, <u8>word)
    word >>= 8
  }
  word = 0
  return to
}

/** Goes on at a whole byte. */
export function resumeBits(op: usize): void {
  to = op
}

/** How many bits of the last byte are taken; 0 for none. */
export function bitsInByte(): u32 {
  return held & 7
}

/** How many bits can be written before `end`. */
export function roomFor(end: usize): u64 {
  return (<u64>(end - to) << 3) - held
}

// What long loops hold themselves.
export function takeWord(): u64 {
  return word
}

export function takeHeld(): u32 {
  return held
}

export function takeTo(): usize {
  return to
}

export function giveBack(newWord: u64, newHeld: u32, newTo: usize): void {
  word = newWord
  held = newHeld
  to = newTo
}
