// Facts about a container: data for machines, rows and tables for people.

import { dtypeRepr, type NdarrayLayout } from '../array/npy/index.js'
import { BlpkError } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'

/** The first fields of each result, for any container; null if unknown or not applicable. */
export interface Head {
  file: string
  /** Such as `Bloscpack 3`; with `, sparse` for a directory. */
  format: string | null
  /** Of the array, if there is one. */
  shape: readonly number[] | null
  /** NumPy's `dtype.str`, or the repr of `dtype.descr` for structured types. */
  dtype: string | null
  /** Plain size, in bytes. */
  nbytes: number | null
  /** Size of the container, in bytes. */
  cbytes: number | null
  /** Ratio of plain to compressed size. */
  ratio: number | null
}

export interface FactsOptions {
  /** The name to show. */
  file: string
  /**
   * `front`: the facts that `ls` shows, with as few network requests as possible. `head`: only the head.
   * `chunks`: each chunk too. Default: everything except the chunks.
   */
  detail?: 'front' | 'head' | 'chunks'
  /** Type of the items of an array, instead of the stored one. */
  dtype?: string
  /** Refuse chunks of more plain bytes than this. Default: 2 GiB. */
  maxChunk?: number
}

/** A row of text: a label and its value. */
export interface FactRow {
  label: string
  /** Empty if only the lines below have content. */
  value: string
  /** Lines below it. */
  below?: readonly string[]
}

/** A table of text, such as the table of chunks. */
export interface FactTable {
  head: readonly string[]
  rows: readonly (readonly string[])[]
}

/** The facts of a container. */
export interface Facts {
  head: Head
  /** All facts, for JSON; the keys of the head come first. For `front`: `typesize` and `kind`. */
  more: Readonly<Record<string, unknown>>
  /** For people; missing if only `front` or `head` was requested. */
  rows: readonly FactRow[]
  tables: readonly FactTable[]
}

/** The head of a container that cannot be read. */
export function unknownHead(file: string): Head {
  return { file, format: null, shape: null, dtype: null, nbytes: null, cbytes: null, ratio: null }
}

/** A dtype as NumPy's `dtype.str` or `dtype.descr` gives it. */
export function dtypeText({ descr }: NdarrayLayout): string {
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}

/** The result of `find`; undefined if the data that it reads are invalid. */
export async function ifSound<T>(find: () => MaybePromise<T>): Promise<T | undefined> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof BlpkError && ['DAMAGED', 'CHECKSUM', 'UNSUPPORTED', 'USAGE'].includes(error.code))
      return undefined
    throw error
  }
}

/** Separates the head from the other facts, whose first keys are those of the head. */
export function headAndMore(info: Head): Pick<Facts, 'head' | 'more'> {
  const { file, format, shape, dtype, nbytes, cbytes, ratio, ...more } = info
  return { head: { file, format, shape, dtype, nbytes, cbytes, ratio }, more }
}
