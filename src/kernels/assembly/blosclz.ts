// BloscLZ stream format: runs of up to 32 literals, and matches with a near or a far distance.
import { copyExact, copyMatch, equalRun, repeated, resetTable } from './lz'

/** Positions in the hash table: 2^13 entries of 16 bits. */
// @ts-ignore: decorator
@inline const HASH_BITS: u32 = 14
/** Multiplier of a hash whose upper bits come from the lowest four bytes. */
// @ts-ignore: decorator
@inline const HASH_FOUR: u64 = 889523592379 << 32
// @ts-ignore: decorator
@inline const MIN_INPUT: u32 = 16
// Distances up to here take two bytes; a far match names its distance beyond this one in two more.
// @ts-ignore: decorator
@inline const MAX_NEAR: u32 = 8191
// @ts-ignore: decorator
@inline const MIN_LENGTH: u32 = 4
// The last four of the seven bytes that a far match must have.
// @ts-ignore: decorator
@inline const FAR_SHIFT: usize = 3
// Lengths from here on are continued in bytes of their own.
// @ts-ignore: decorator
@inline const RUN_ON_LENGTH: u32 = 9
// @ts-ignore: decorator
@inline const MAX_LITERALS: u32 = 32
// A match does not start in the last 12 bytes, nor reach into the last 2 (other decoders want a tail).
// @ts-ignore: decorator
@inline const MATCH_START_MARGIN: u32 = 12
// @ts-ignore: decorator
@inline const LAST_LITERALS: u32 = 2
// How far before the end of a match another one is looked for.
// @ts-ignore: decorator
@inline const EDGE: u32 = 1
// Inputs up to here are searched at every position.
// @ts-ignore: decorator
@inline const SMALL_INPUT: u32 = 2048
// @ts-ignore: decorator
@inline const FAST_IN: u32 = 48
// @ts-ignore: decorator
@inline const FAST_OUT: u32 = 64
// After so many literals, few places of what came before are in the table.
// @ts-ignore: decorator
@inline const MANY_LITERALS: u32 = 64
// Seven bytes in a vector start in its first ten.
// @ts-ignore: decorator
@inline const SOON: usize = 10
// Behind matches from here on, more is tried to find the next.
// @ts-ignore: decorator
@inline const LONG_MATCH: u32 = 128
// Slots hold 16 bits of a position.
// @ts-ignore: decorator
@inline const TURN: usize = 1 << 16

/** Address of the table slot for the four bytes at the bottom of `bytes`. */
// @ts-ignore: decorator
@inline
function slotOf(table: usize, bytes: u64): usize {
  return table + (<usize>((bytes * HASH_FOUR) >> (64 - HASH_BITS)) << 1)
}

/** The distance from `ip` to the position whose lower 16 bits stand in a slot, from 1 to 65536. */
// @ts-ignore: decorator
@inline
function backTo(ip: usize, slot: usize): usize {
  return ((ip - <usize>load<u16>(slot) - 1) & 0xffff) + 1
}

/** Whether four equal bytes at a distance are worth a match: far ones must go on to seven. */
// @ts-ignore: decorator
@inline
function worthwhile(back: usize, from: usize, bytes: u64): bool {
  return back <= MAX_NEAR || load<u32>(from, FAR_SHIFT) == <u32>(bytes >> (8 * FAR_SHIFT))
}

/** Do the last three of four bytes come again in the next four, as in letters of four bytes each? */
// @ts-ignore: decorator
@inline
function isWide(bytes: u64): bool {
  return ((bytes >> 8) ^ (bytes >> 40)) << 40 == 0
}

/** Does a match end after four bytes, while one of eight or more begins right behind its start? */
// @ts-ignore: decorator
@inline
function betterBehind(table: usize, src: usize, ip: usize, from: usize): bool {
  if (load<u8>(ip, MIN_LENGTH) == load<u8>(from, MIN_LENGTH)) return false
  const bytes = load<u64>(ip, 1)
  const back = backTo(ip + 1, slotOf(table, bytes))
  return <usize>(ip + 1 - src) >= back && load<u64>(ip + 1 - back) == bytes
}

/** A slot cannot tell a near distance from one a turn farther: the latter, if eight bytes are the same there; else 0. */
function turnBack(src: usize, ip: usize, near: usize): usize {
  const back = near + TURN
  return near <= MAX_NEAR && ip - src >= back && load<u64>(ip - back) == load<u64>(ip) ? back : 0
}

/** How far on seven bytes are the same at a distance again, if that is soon; else 0. */
function soonAgain(ip: usize, back: usize, startLimit: usize): u32 {
  for (let at = ip; at <= ip + SOON && at + SOON <= startLimit; at += SOON) {
    const one = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(at - back)))
    const two = one & (one >> 1)
    const four = two & (two >> 2)
    const seven = four & (four >> 3)
    if (seven != 0) return <u32>(at - ip) + ctz(seven)
  }
  return 0
}

/** Writes literals as runs; the caller has seen to the room. `readable` counts the bytes from `from` on. */
// @ts-ignore: decorator
@inline
function putLiterals(op: usize, from: usize, nbytes: u32, room: u32, readable: u32): usize {
  const loose = room >= nbytes + nbytes / 32 + 34 && readable >= nbytes + 32
  while (nbytes > MAX_LITERALS) {
    store<u8>(op, 31)
    v128.store(op, v128.load(from), 1)
    v128.store(op, v128.load(from, 16), 17)
    op += 33
    from += 32
    nbytes -= 32
  }
  if (nbytes) {
    store<u8>(op++, nbytes - 1)
    if (loose) {
      v128.store(op, v128.load(from))
      if (nbytes > 16) v128.store(op, v128.load(from, 16), 16)
    } else {
      copyExact(op, from, nbytes)
    }
    op += nbytes
  }
  return op
}

/** Writes the last literals and marks the stream; returns its size, 0 if it does not fit. */
function finish(dst: usize, op: usize, oend: usize, anchor: usize, nbytes: u32): i32 {
  if (<u64>(oend - op) < <u64>nbytes + (nbytes + 31) / 32) return 0
  op = putLiterals(op, anchor, nbytes, 0, 0)
  // C-Blosc sets this bit in the first control byte, and ignores it.
  store<u8>(dst, load<u8>(dst) | 32)
  return <i32>(op - dst)
}

/** Compresses into a BloscLZ stream. Returns its size, or 0 if it does not fit in `capacity`. */
export function blosclzCompress(
  src: usize, nbytes: u32, dst: usize, capacity: u32, level: u32, table: usize,
): i32 {
  if (nbytes < MIN_INPUT || capacity == 0) return 0
  const oend = dst + capacity
  const iend = src + nbytes
  const startLimit = iend - MATCH_START_MARGIN
  const matchLimit = iend - LAST_LITERALS
  const hurried = level < 3 && nbytes > SMALL_INPUT
  const firstTries: u32 = hurried ? 192 - 32 * level : 64
  const impatience: u32 = hurried ? 2 : 1
  resetTable(table, 2 << HASH_BITS, src)
  let op = dst
  let anchor = src
  let ip = src + 1
  let bytes = load<u64>(ip)
  while (true) {
    // Search: further and further apart while nothing is found, and no further than can be stored.
    const searchLimit = startLimit - anchor > oend - op ? anchor + (oend - op) : startLimit
    let from: usize = 0
    let back: usize = 0
    let tries = firstTries
    let step: usize = 1
    while (true) {
      const slot = slotOf(table, bytes)
      back = backTo(ip, slot)
      store<u16>(slot, <u16>ip)
      from = ip - back
      if (ip - src >= back && load<u32>(from) == <u32>bytes && worthwhile(back, from, bytes)) break
      // Compared before the step, which may lead past the last address.
      if (step > searchLimit - ip) return finish(dst, op, oend, anchor, <u32>(iend - anchor))
      ip += step
      step = tries >> 6
      tries += impatience
      bytes = load<u64>(ip)
    }
    // The match may begin earlier than where it was noticed.
    while (ip > anchor && from > src && load<u8>(ip - 1) == load<u8>(from - 1)) {
      ip--
      from--
    }
    const literals = <u32>(ip - anchor)
    // Room for these literals and for one last run; a match sees to its own.
    if (oend - op < <usize>literals + (literals + 31) / 32 + 1 + LAST_LITERALS) return 0
    op = putLiterals(op, anchor, literals, <u32>(oend - op), <u32>(iend - anchor))
    while (true) {
      const start = ip
      ip += MIN_LENGTH
      ip += equalRun(ip, from + MIN_LENGTH, matchLimit)
      // A run of one byte may go on for longer than the one that was found.
      if (start != src && load<u32>(start) == load<u32>(start - 1)) {
        const runEnd = start + MIN_LENGTH + equalRun(start + MIN_LENGTH, start + MIN_LENGTH - 1, matchLimit)
        if (runEnd > ip) {
          ip = runEnd
          back = 1
        }
      }
      let length = <u32>(ip - start)
      // A longer match that begins just before the end of this one goes on from it.
      let edgeBack: usize = 0
      if (ip <= startLimit) {
        const edge = ip - EDGE
        const edgeBytes = load<u64>(edge)
        const edgeSlot = slotOf(table, edgeBytes)
        edgeBack = backTo(edge, edgeSlot)
        store<u16>(edgeSlot, <u16>edge)
        if (edge - src >= edgeBack && load<u64>(edge - edgeBack) == edgeBytes) {
          // It begins there only where that makes this one cheaper.
          if (length == RUN_ON_LENGTH) {
            length -= EDGE
            ip = edge
          }
        } else {
          edgeBack = length < LONG_MATCH ? 0 : turnBack(src, edge, edgeBack)
        }
      }
      if (oend - op < 6 + <usize>(length / 255) + 1 + LAST_LITERALS) return 0
      const head = back <= MAX_NEAR ? <u32>back - 1 : MAX_NEAR
      if (length < RUN_ON_LENGTH) {
        store<u8>(op++, ((length - 2) << 5) | (head >> 8))
      } else {
        store<u8>(op++, (7 << 5) | (head >> 8))
        let rest = length - RUN_ON_LENGTH
        while (rest >= 255) {
          store<u8>(op++, 255)
          rest -= 255
        }
        store<u8>(op++, rest)
      }
      store<u8>(op++, head)
      if (back > MAX_NEAR) {
        const far = <u32>back - MAX_NEAR - 1
        store<u8>(op, far >> 8)
        store<u8>(op, far, 1)
        op += 2
      }
      anchor = ip
      if (ip > startLimit) return finish(dst, op, oend, anchor, <u32>(iend - anchor))
      if (edgeBack) {
        back = edgeBack
        from = ip - back
        continue
      }
      const before = back
      bytes = load<u64>(ip)
      const slot = slotOf(table, bytes)
      back = backTo(ip, slot)
      store<u16>(slot, <u16>ip)
      from = ip - back
      if (ip - src < back || load<u32>(from) != <u32>bytes || !worthwhile(back, from, bytes)) {
        if (literals < MANY_LITERALS || before <= MAX_NEAR) break
        const again = soonAgain(ip, before, startLimit)
        if (again == 0) break
        if (oend - op < <usize>again + 1 + 1 + LAST_LITERALS) return 0
        op = putLiterals(op, ip, again, <u32>(oend - op), <u32>(iend - ip))
        ip += again
        back = before
        from = ip - back
      } else if (isWide(bytes) && betterBehind(table, src, ip, from)) break
    }
    ip++
    if (ip > startLimit) return finish(dst, op, oend, anchor, <u32>(iend - anchor))
    bytes = load<u64>(ip)
  }
}

/** Decompresses a BloscLZ stream. Returns the plain size, at most `capacity`, or -1 if it is malformed. */
export function blosclzDecompress(src: usize, cbytes: u32, dst: usize, capacity: u32): i32 {
  if (cbytes == 0) return -1
  const iend = src + cbytes
  const oend = dst + capacity
  // No address is 0, so a limit of 0 turns the fast path off.
  const fastIn: usize = cbytes >= FAST_IN ? iend - FAST_IN : 0
  const fastOut: usize = capacity >= FAST_OUT ? oend - FAST_OUT : 0
  let ip = src
  let op = dst
  // The upper bits of the first control byte are a mark: it is always a run of literals.
  let control = <u32>load<u8>(ip++) & 31
  while (true) {
    if (ip <= fastIn && op <= fastOut) {
      if (control < 32) {
        v128.store(op, v128.load(ip))
        if (control >= 16) v128.store(op, v128.load(ip, 16), 16)
        op += control + 1
        ip += control + 1
        control = <u32>load<u8>(ip++)
        continue
      }
      if (control < 7 << 5) {
        let distance = ((control & 31) << 8) + <u32>load<u8>(ip++) + 1
        if (distance == MAX_NEAR + 1) {
          distance += (<u32>load<u8>(ip) << 8) | <u32>load<u8>(ip, 1)
          ip += 2
        }
        if (distance > <u32>(op - dst)) return -1
        const from = op - distance
        if (distance >= 8) store<u64>(op, load<u64>(from))
        else v128.store(op, repeated(from, distance))
        op += (control >> 5) + 2
        control = <u32>load<u8>(ip++)
        continue
      }
    }
    if (control < 32) {
      const run = control + 1
      if (run > <u32>(iend - ip) || run > <u32>(oend - op)) return -1
      copyExact(op, ip, run)
      ip += run
      op += run
    } else {
      let length = (control >> 5) + 2
      if (length == RUN_ON_LENGTH) {
        let next: u32
        do {
          if (ip == iend) return -1
          next = <u32>load<u8>(ip++)
          length += next
          if (length > capacity) return -1
        } while (next == 255)
      }
      if (ip == iend) return -1
      let distance = ((control & 31) << 8) + <u32>load<u8>(ip++) + 1
      if (distance == MAX_NEAR + 1) {
        if (iend - ip < 2) return -1
        distance += (<u32>load<u8>(ip) << 8) | <u32>load<u8>(ip, 1)
        ip += 2
      }
      if (distance > <u32>(op - dst) || length > <u32>(oend - op)) return -1
      copyMatch(op, distance, length, <u32>(oend - op))
      op += length
    }
    if (ip == iend) return <i32>(op - dst)
    control = <u32>load<u8>(ip++)
  }
}
