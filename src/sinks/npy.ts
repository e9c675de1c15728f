// The .npy header in front of the plain bytes of an archive.

import { formatNpyHeader, type NdarrayLayout, ndarrayIn } from '../array/npy/index.js'
import { damaged } from '../core/errors.js'

/** The part of an archive that says what array it holds. */
interface Described {
  readonly header: { typesize: number }
  /** Plain bytes, where they are known. */
  readonly nbytes: number | undefined
  /** JSON text. */
  readonly metadata: string | undefined
}

/** Bloscpack's own append leaves the shape as it was, so that it no longer fits the data. */
function layoutOf(archive: Described): NdarrayLayout | undefined {
  const layout = ndarrayIn(archive.metadata)
  if (layout === undefined || archive.nbytes === undefined || archive.nbytes === layout.nbytes) return layout
  throw damaged(
    `the metadata describe an array of ${layout.nbytes} bytes, but the archive holds ${archive.nbytes}`,
    {},
    { option: 'raw', to: 'get them as they are' },
  )
}

/**
 * The `.npy` header in front of the plain bytes of an archive.
 * @returns undefined where its metadata do not say `container: numpy`
 * @throws BlpkError DAMAGED where they contradict themselves
 */
export function npyPrefix(archive: Described): Uint8Array | undefined {
  const layout = layoutOf(archive)
  return layout === undefined ? undefined : formatNpyHeader(layout)
}

/** The `.npy` header of a one-dimensional array of so many of the archive's items. */
export function npyItemsPrefix(archive: Described, items: number): Uint8Array | undefined {
  const layout = layoutOf(archive)
  return layout === undefined ? undefined : formatNpyHeader({ ...layout, shape: [items], order: 'C' })
}

/** Item size of an archive, in bytes: that of its array, or the typesize in its header. */
export function itemBytes(archive: Described): number {
  return layoutOf(archive)?.itemsize ?? Math.max(1, archive.header.typesize)
}
