// What a data set of the corpus is, and how made ones are put together.

import { type Random, seeded } from '../random.js'

/** Data on which compression ratios are compared. */
export interface DataSet {
  name: string
  /** In bytes. */
  typesize: number
  /** @param most how many bytes are enough; it may give fewer, in whole items */
  bytes(most: number): Uint8Array
}

/** No data set is larger. */
export const MIB = 2 ** 20
/** Most of the made ones are as large as this, which is several blocks at most levels. */
export const USUAL = MIB / 4

/** Always the same for the same name. */
export function randomFor(name: string): Random {
  return seeded([...name].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 7))
}

interface ItemArray {
  readonly BYTES_PER_ELEMENT: number
  new (items: number): { [item: number]: number; readonly length: number; readonly buffer: ArrayBuffer }
}

/**
 * Numbers of a type, one after the other.
 * @param start gives the function that makes each of them by its place
 * @param nbytes size of the whole, which is less than others' where there are many of a kind
 */
export function numbers(
  name: string,
  type: ItemArray,
  start: (random: Random) => (i: number) => number,
  nbytes = USUAL,
): DataSet {
  const typesize = type.BYTES_PER_ELEMENT
  const bytes = (most: number) => {
    const items = new type(Math.floor(Math.min(most, nbytes) / typesize))
    const next = start(randomFor(name))
    for (let i = 0; i < items.length; i++) items[i] = next(i)
    return new Uint8Array(items.buffer)
  }
  return { name, typesize, bytes }
}

/** The same for whole numbers of eight bytes. */
export function longs(name: string, start: (random: Random) => (i: number) => number): DataSet {
  const bytes = (most: number) => {
    const next = start(randomFor(name))
    const count = Math.floor(Math.min(most, USUAL) / 8)
    return new Uint8Array(BigInt64Array.from({ length: count }, (_, i) => BigInt(next(i))).buffer)
  }
  return { name, typesize: 8, bytes }
}

/** Items of several fields: each is written into a view of its own bytes. */
export function records(
  name: string,
  typesize: number,
  start: (random: Random) => (item: DataView, i: number) => void,
): DataSet {
  const bytes = (most: number) => {
    const count = Math.floor(Math.min(most, USUAL) / typesize)
    const whole = new Uint8Array(count * typesize)
    const write = start(randomFor(name))
    for (let i = 0; i < count; i++) write(new DataView(whole.buffer, i * typesize, typesize), i)
    return whole
  }
  return { name, typesize, bytes }
}
