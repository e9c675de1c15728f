// What is shown of a container: the same for machines, and as rows and tables for people.

import { dtypeRepr, type NdarrayLayout } from '../array/npy/index.js'
import { BlpkError } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'

/** How each result begins, whatever the container; null where it does not tell, or where there is no such thing. */
export interface Head {
  file: string
  /** Such as `Bloscpack 3`; with `, sparse` for a directory. */
  format: string | null
  /** Of the array, if it holds one. */
  shape: readonly number[] | null
  /** NumPy's `dtype.str`, or the repr of `dtype.descr` for structured types. */
  dtype: string | null
  /** Plain size, in bytes. */
  nbytes: number | null
  /** Size of the container, in bytes. */
  cbytes: number | null
  /** How many times smaller. */
  ratio: number | null
}

export interface FactsOptions {
  /** The name that is shown. */
  file: string
  /**
   * `front`: what `ls` shows, of places over the net by as few requests as can be. `head`: the head alone. `chunks`: each
   * chunk too. By default everything but the chunks.
   */
  detail?: 'front' | 'head' | 'chunks'
  /** What the items of an array are, in place of what it says itself. */
  dtype?: string
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
}

/** A row of text: what it is about, and what there is to say. */
export interface FactRow {
  label: string
  /** Empty where only what stands below says something. */
  value: string
  /** Lines below it. */
  below?: readonly string[]
}

/** A table of text, such as of the chunks. */
export interface FactTable {
  head: readonly string[]
  rows: readonly (readonly string[])[]
}

/** What a container tells of itself. */
export interface Facts {
  head: Head
  /** Whatever else there is, for JSON; the keys of the head come first. For `front`: `typesize` and `kind`. */
  more: Readonly<Record<string, unknown>>
  /** For people; none where only `front` or `head` was asked for. */
  rows: readonly FactRow[]
  tables: readonly FactTable[]
}

/** The head of what cannot be read. */
export function unknownHead(file: string): Head {
  return { file, format: null, shape: null, dtype: null, nbytes: null, cbytes: null, ratio: null }
}

/** A dtype as NumPy's `dtype.str` or `dtype.descr` says it. */
export function dtypeText({ descr }: NdarrayLayout): string {
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}

/** What `find` finds; undefined if what it reads makes no sense. */
export async function ifSound<T>(find: () => MaybePromise<T>): Promise<T | undefined> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof BlpkError && ['DAMAGED', 'CHECKSUM', 'UNSUPPORTED', 'USAGE'].includes(error.code))
      return undefined
    throw error
  }
}

/** Parts what is told of a container, whose first keys are those of the head, from the head. */
export function headAndMore(info: Head): Pick<Facts, 'head' | 'more'> {
  const { file, format, shape, dtype, nbytes, cbytes, ratio, ...more } = info
  return { head: { file, format, shape, dtype, nbytes, cbytes, ratio }, more }
}
