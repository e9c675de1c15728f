// The content checksum of a Zstandard frame.

const MASK = 2n ** 64n - 1n
const P1 = 0x9e3779b185ebca87n
const P2 = 0xc2b2ae3d27d4eb4fn
const P3 = 0x165667b19e3779f9n
const P4 = 0x85ebca77c2b2ae63n
const P5 = 0x27d4eb2f165667c5n

const times = (a: bigint, b: bigint): bigint => (a * b) & MASK
const plus = (a: bigint, b: bigint): bigint => (a + b) & MASK
const turn = (a: bigint, bits: bigint): bigint => ((a << bits) | (a >> (64n - bits))) & MASK
const round = (lane: bigint, word: bigint): bigint => times(turn(plus(lane, times(word, P2)), 31n), P1)
const merge = (hash: bigint, lane: bigint): bigint => plus(times(hash ^ round(0n, lane), P1), P4)

/** Processes whole stripes of 32 bytes. */
function stripes(view: DataView): bigint {
  let lanes = [plus(P1, P2), P2, 0n, MASK - P1 + 1n]
  const word = (at: number): bigint => view.getBigUint64(at, true)
  for (let at = 0; at + 32 <= view.byteLength; at += 32)
    lanes = lanes.map((lane, i) => round(lane, word(at + 8 * i)))
  const turned = lanes.map((lane, i) => turn(lane, [1n, 7n, 12n, 18n][i] ?? 0n))
  return lanes.reduce(merge, turned.reduce(plus))
}

/** The checksum of a frame: the low half of its content's XXH64 with seed 0 (RFC 8878, section 3.1.1). */
export function zstdChecksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { length } = bytes
  let hash = plus(length >= 32 ? stripes(view) : P5, BigInt(length))
  let at = length - (length % 32)
  for (; at + 8 <= length; at += 8)
    hash = plus(times(turn(hash ^ round(0n, view.getBigUint64(at, true)), 27n), P1), P4)
  if (at + 4 <= length) {
    hash = plus(times(turn(hash ^ times(BigInt(view.getUint32(at, true)), P1), 23n), P2), P3)
    at += 4
  }
  for (; at < length; at++) hash = times(turn(hash ^ times(BigInt(view.getUint8(at)), P5), 11n), P1)
  hash = times(hash ^ (hash >> 33n), P2)
  hash = times(hash ^ (hash >> 29n), P3)
  return Number((hash ^ (hash >> 32n)) & 0xffff_ffffn)
}
