// Filter 307, bzip2: a stream of blocks, as bzip2 1.0 writes it.

import { BlpkError, damaged, unsupported } from '../../../../core/errors.js'
import type { Decoder, Stage } from '../stage.js'
import { BitReader } from './bits.js'
import { readSorted } from './block.js'

/** The first 24 of the 48 bits in front of a block, and in front of the end; and the others. */
const BLOCK = [0x314159, 0x265359]
const END = [0x177245, 0x385090]
const LEVEL_BYTES = 100_000
/** After so many equal bytes comes the number of those that follow. */
const RUN = 4

/** CRC-32 of bzip2, which has the highest bit first. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)
  return ~crc >>> 0
}

/** For each place in the sorted bytes: where the next byte is. */
function nextPlaces(sorted: Uint8Array): Uint32Array {
  const starts = new Uint32Array(257)
  for (const byte of sorted) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1
  for (let byte = 0; byte < 256; byte++) starts[byte + 1] = (starts[byte + 1] ?? 0) + (starts[byte] ?? 0)
  const next = new Uint32Array(sorted.length)
  for (const [i, byte] of sorted.entries()) {
    const place = starts[byte] ?? 0
    starts[byte] = place + 1
    next[place] = i
  }
  return next
}

/** Undoes the sort and the runs. @returns where the block ends in `out`; -1 if it does not fit */
function unsort(sorted: Uint8Array, origin: number, out: Uint8Array, start: number): number {
  const next = nextPlaces(sorted)
  let at = next[origin] ?? 0
  let put = start
  let [last, equal] = [-1, 0]
  for (let i = 0; i < sorted.length; i++) {
    const byte = sorted[at] ?? 0
    at = next[at] ?? 0
    if (equal === RUN) {
      if (put + byte > out.length) return -1
      out.fill(last, put, put + byte)
      put += byte
      ;[last, equal] = [-1, 0]
      continue
    }
    if (put >= out.length) return -1
    out[put++] = byte
    equal = byte === last ? equal + 1 : 1
    last = byte
  }
  return put
}

/** @returns where the block ends in `out` */
function readBlock(bits: BitReader, room: Uint8Array, out: Uint8Array, start: number, stage: Stage): number {
  const crc = bits.take32()
  if (bits.take(1) === 1)
    throw unsupported('bzip2 streams of versions before 0.9.5 are not supported', stage.place)
  const origin = bits.take(24)
  const sorted = room.subarray(0, readSorted(bits, room))
  if (origin >= sorted.length) throw bits.wrong('has a block that starts outside itself')
  const end = unsort(sorted, origin, out, start)
  if (end < 0) throw bits.wrong('is longer than the chunk may be')
  if (crcOf(out.subarray(start, end)) !== crc)
    throw new BlpkError('CHECKSUM', 'the chunk does not match its checksum (bzip2)', stage.place)
  return end
}

function decode(stage: Stage, input: Uint8Array): Uint8Array {
  const level = (input[3] ?? 0) - 0x30
  if (String.fromCharCode(...input.subarray(0, 3)) !== 'BZh' || level < 1 || level > 9)
    throw damaged('the chunk is no bzip2 stream', stage.place)
  const bits = new BitReader(input.subarray(4), stage.place)
  const room = new Uint8Array(level * LEVEL_BYTES)
  const out = stage.room(stage.most)
  let put = 0
  for (;;) {
    const mark = [bits.take(24), bits.take(24)]
    if (mark[0] === END[0] && mark[1] === END[1]) return out.subarray(0, put)
    if (mark[0] !== BLOCK[0] || mark[1] !== BLOCK[1]) throw bits.wrong('has something that is no block')
    put = readBlock(bits, room, out, put, stage)
  }
}

export const bzip2: Decoder = { name: 'bzip2', speed: 15, decode }
