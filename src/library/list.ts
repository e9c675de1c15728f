// Lists what lies under a prefix, or inside a container that holds several contents.

import { type PlaceName, placeName } from '../core/place-name.js'
import { type ListEntry, type ListOptions, list as listNames } from '../verbs/list.js'

/**
 * The containers of an object store whose names start with a prefix, or the groups and datasets of an HDF5 file. An entry
 * that cannot be read says why; the list goes on.
 * @param prefix such as `s3://bucket/run-7/`, `data.h5` or `data.h5::/entry/`
 * @throws BlpkError USAGE if nothing can be listed there; NOT_FOUND, DENIED, NETWORK, DAMAGED, IO
 * @example
 * ```ts
 * import { list } from 'blpk'
 *
 * for await (const { row } of list('data.h5')) console.log(row.file, row.shape, row.dtype)
 * ```
 */
export function list(prefix: PlaceName, options: ListOptions = {}): AsyncGenerator<ListEntry> {
  return listNames(placeName(prefix), options)
}
