// Parses the filter pipeline message, versions 1 and 2 (HDF5 File Format Specification 4.0, IV.A.2.l).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import { paddedText, textOf } from '../bytes/text.js'
import type { FilterSpec } from '../model.js'

const MAX_FILTERS = 32
/** Filters of the HDF5 library itself have no names in version 2. */
const FIRST_NAMED = 256

function parseFilter(cursor: Cursor, version: number): FilterSpec {
  const id = cursor.u16()
  const nameBytes = version === 1 || id >= FIRST_NAMED ? cursor.u16() : 0
  const flags = cursor.u16()
  const count = cursor.u16()
  const name = textOf(paddedText(cursor.take(nameBytes), 'null-terminated'))
  // Version 1 fills names up to a multiple of eight; some writers count without that.
  if (version === 1) cursor.skip((8 - (nameBytes % 8)) % 8)
  const values: number[] = []
  for (let i = 0; i < count; i++) values.push(cursor.u32())
  if (version === 1 && count % 2 === 1) cursor.skip(4)
  return { id, name: name === '' ? undefined : name, optional: (flags & 1) !== 0, values }
}

/** @returns filters in the order of packing @throws BlpkError DAMAGED, UNSUPPORTED for other versions */
export function parseFilters(cursor: Cursor): FilterSpec[] {
  const { position: offset } = cursor
  const [version, count] = [cursor.u8(), cursor.u8()]
  if (version !== 1 && version !== 2)
    throw unsupported(`filter pipelines of version ${version} are not supported`, { offset })
  if (count > MAX_FILTERS) throw damaged(`a filter pipeline claims ${count} filters`, { offset })
  if (version === 1) cursor.skip(6)
  const filters: FilterSpec[] = []
  for (let i = 0; i < count; i++) filters.push(parseFilter(cursor, version))
  return filters
}
