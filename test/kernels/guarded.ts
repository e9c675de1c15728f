import { sized } from '../support/long.js'
import { makeKernels } from './instance.js'

const GUARD = 256
const TABLE = 1 << 16
const { k, u8 } = makeKernels(96)

/** A small generator of pseudo-random 32-bit numbers, so that failures can be repeated. */
export function numbers(seed: number): () => number {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** What is done with guards around it: how large its scratch is, and what goes right before the target. */
export interface Attempt {
  input: Uint8Array
  capacity: number
  scratch?: number
  before?: Uint8Array
  call(kernels: typeof k, src: number, dst: number, table: number): number
}

const isAll = (from: number, to: number, byte: number): boolean =>
  to <= from || (u8[from] === byte && u8.subarray(from, to).every((b) => b === byte))

function once(a: Attempt, poison: number, srcAtEnd: boolean): { result: number; output: Uint8Array } {
  const { input, capacity, scratch = 0, before = new Uint8Array() } = a
  const dst = TABLE + scratch + 2 * GUARD + before.length
  const behind = dst + capacity
  const src = srcAtEnd ? u8.length - input.length : behind + 2 * GUARD + (input.length % 16)
  u8.fill(poison, TABLE - GUARD, behind + GUARD)
  if (!srcAtEnd) u8.fill(poison, src - GUARD, src + input.length + GUARD)
  u8.set(before, dst - before.length)
  u8.set(input, src)
  const result = a.call(k, src, dst, TABLE)
  const kept =
    isAll(TABLE - GUARD, TABLE, poison) &&
    isAll(TABLE + scratch, dst - before.length, poison) &&
    Buffer.compare(u8.subarray(dst - before.length, dst), before) === 0 &&
    isAll(behind, behind + GUARD, poison) &&
    Buffer.compare(u8.subarray(src, src + input.length), input) === 0
  if (!kept)
    throw new Error(`bytes outside of the target were written: ${Buffer.from(input).toString('hex')}`)
  return { result, output: u8.slice(dst, behind) }
}

/**
 * Calls a kernel twice: with its input at the very end of memory, where a read behind it traps, and among other
 * bytes; with other bytes in target and scratch.
 * @param size how many bytes of the target count, by the result
 * @throws Error where anything but target and scratch was written, or what lies around made a difference
 */
export function guarded(a: Attempt, size = (result: number): number => Math.max(result, 0)) {
  const first = once(a, 0xa5, true)
  const second = once(a, 0, false)
  const output = first.output.subarray(0, size(first.result))
  if (
    first.result !== second.result ||
    Buffer.compare(output, second.output.subarray(0, output.length)) !== 0
  )
    throw new Error(`what lies around makes a difference: ${Buffer.from(a.input).toString('hex')}`)
  return { result: first.result, output }
}

const INTERESTING = [0, 1, 2, 3, 4, 8, 15, 16, 31, 32, 63, 64, 127, 128, 129, 192, 240, 254, 255]

/** A damaged copy: bits and bytes changed, cut, bytes put in or taken out, or continued by a piece of another one. */
export function mutated(bytes: Uint8Array, others: readonly Uint8Array[], next: () => number): Uint8Array {
  let m = Buffer.from(bytes)
  for (let changes = 1 + (next() % 3); changes > 0 && m.length > 0; changes--) {
    const at = next() % 2 ? next() % m.length : Math.min(m.length - 1, next() % 48)
    const kind = next() % 9
    if (kind < 2) m[at] = (m[at] ?? 0) ^ (1 << (next() % 8))
    else if (kind < 4) m[at] = INTERESTING[next() % INTERESTING.length] ?? 0
    else if (kind === 4) m[m.length - 1 - (next() % Math.min(8, m.length))] = next() & 255
    else if (kind === 5) m = m.subarray(0, at)
    else if (kind === 6) m = Buffer.concat([m.subarray(0, at), Buffer.of(next() & 255), m.subarray(at)])
    else if (kind === 7) m = Buffer.concat([m.subarray(0, at), m.subarray(at + 1 + (next() % 3))])
    else {
      const other = others[next() % others.length] as Uint8Array
      m = Buffer.concat([m.subarray(0, at), other.subarray(next() % other.length)])
    }
  }
  return m
}

/** How often mutations are tried; more by BLPK_FUZZ_ROUNDS. */
export const ROUNDS = Number(process.env.BLPK_FUZZ_ROUNDS ?? sized(600, 3000))
