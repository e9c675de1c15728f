// Copies for a shared memory, where memory.copy and memory.fill go word by word.

/** Copies bytes that do not overlap: exactly those. */
export function copyBytes(to: usize, from: usize, nbytes: usize): void {
  const end = to + nbytes
  while (end - to >= 64) {
    const a = v128.load(from)
    const b = v128.load(from, 16)
    const c = v128.load(from, 32)
    const d = v128.load(from, 48)
    v128.store(to, a)
    v128.store(to, b, 16)
    v128.store(to, c, 32)
    v128.store(to, d, 48)
    to += 64
    from += 64
  }
  while (end - to >= 16) {
    v128.store(to, v128.load(from))
    to += 16
    from += 16
  }
  // By equality: the end may be 2^32, that is 0.
  while (to != end) store<u8>(to++, load<u8>(from++))
}

/** Fills with one byte. */
export function fillBytes(to: usize, byte: u8, nbytes: usize): void {
  const end = to + nbytes
  const all = i8x16.splat(<i8>byte)
  while (end - to >= 64) {
    v128.store(to, all)
    v128.store(to, all, 16)
    v128.store(to, all, 32)
    v128.store(to, all, 48)
    to += 64
  }
  while (end - to >= 16) {
    v128.store(to, all)
    to += 16
  }
  while (to != end) store<u8>(to++, byte)
}
