// The values of a dataset, wherever its layout puts them.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { fillPattern } from '../../../chunk/blosc2/special.js'
import { damaged, unsupported } from '../../../core/errors.js'
import type { MaybePromise } from '../../../core/maybe-promise.js'
import type { OpenOptions } from '../../opened.js'
import type { DatasetSpec } from '../model.js'
import type { H5File } from '../structure/tree.js'
import { type ChunkedValues, chunkedArray } from './chunked.js'
import type { ItemArray } from './items.js'

/** Values in one piece. */
export interface LinearValues {
  readonly kind: 'linear'
  /** Stored size, in bytes. */
  readonly cbytes: number
  /** Fills `into` with the plain bytes from `start` on. @throws BlpkError IO, DAMAGED */
  read(start: number, into: Uint8Array): MaybePromise<void>
}

export type Values = LinearValues | ChunkedValues

function inMemory(bytes: Uint8Array): LinearValues {
  return {
    kind: 'linear',
    cbytes: bytes.length,
    read: (start, into) => into.set(bytes.subarray(start, start + into.length)),
  }
}

/** No room was allocated: all items are the fill value. */
function filled(fill: Uint8Array | undefined): LinearValues {
  return {
    kind: 'linear',
    cbytes: 0,
    read(start, into): void {
      if (fill === undefined) into.fill(0)
      else fillPattern(into, fill, start % fill.length)
    },
  }
}

function inSource(source: ByteSource, address: number, nbytes: number): LinearValues {
  return {
    kind: 'linear',
    cbytes: nbytes,
    async read(start, into): Promise<void> {
      const got = await source.read(address + start, into)
      if (got < into.length)
        throw damaged('the file ends within the values of the dataset', { offset: address + start + got })
    },
  }
}

/** @throws BlpkError DAMAGED if the layout has another size than the array */
function checkSize(found: number, { nbytes }: ItemArray, { address }: DatasetSpec): void {
  if (found < nbytes)
    throw damaged(`the dataset has ${found} bytes, but its shape and type need ${nbytes}`, {
      offset: address,
    })
}

/** Checks that values in one piece are there. @throws BlpkError DAMAGED, IO */
export async function checkValues(file: H5File, spec: DatasetSpec, items: ItemArray): Promise<void> {
  const { layout } = spec
  if (layout.kind !== 'contiguous' || layout.address === undefined || items.nbytes === 0) return
  const values = await valuesOf(file, spec, items, {})
  if (values.kind === 'linear') await values.read(items.nbytes - 1, new Uint8Array(1))
}

/**
 * Finds the values of a dataset.
 * @throws BlpkError UNSUPPORTED for values in other files, and for filters that are not known; DAMAGED, IO
 */
export async function valuesOf(
  file: H5File,
  spec: DatasetSpec,
  items: ItemArray,
  o: Pick<OpenOptions, 'threads' | 'maxChunk'>,
): Promise<Values> {
  const { layout, fill } = spec
  switch (layout.kind) {
    case 'elsewhere':
      throw unsupported(`the values of the dataset lie in ${layout.what}, which blpk does not read`)
    case 'compact':
      checkSize(layout.bytes.length, items, spec)
      return inMemory(layout.bytes)
    case 'contiguous':
      if (layout.address === undefined) return filled(fill)
      checkSize(layout.nbytes, items, spec)
      return inSource(file.bytes.source, layout.address, items.nbytes)
    case 'chunked':
      return chunkedArray(file, spec, layout, items, o)
  }
}
