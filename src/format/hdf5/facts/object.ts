// The facts that `info` and `ls` show of what a name in an HDF5 file leads to.

import { holdSource } from '../../../sources/held.js'
import { type Facts, type FactsOptions, unknownHead } from '../../facts.js'
import type { OpenPlace } from '../../opened.js'
import { fileIn, type NamedObject, objectAt, onlyName } from '../names.js'
import { factsOfDataset } from './dataset.js'
import { factsOfGroup } from './group.js'
import { formatText } from './text.js'

/** The object that is meant: without a name, the only dataset, or all of the file. */
async function meantObject(place: OpenPlace): Promise<NamedObject> {
  if (place.inner !== undefined) return objectAt(place)
  const inner = await onlyName(await fileIn(place.source))
  return objectAt(inner === undefined ? place : { ...place, inner })
}

/** @throws BlpkError DAMAGED, UNSUPPORTED, IO */
async function factsIn(place: OpenPlace, o: FactsOptions): Promise<Facts> {
  const { spec, ...found } = await meantObject(place)
  if (spec.kind === 'dataset') return factsOfDataset(o, { ...found, spec })
  if (spec.kind === 'group') return factsOfGroup(o, { ...found, spec })
  const head = { ...unknownHead(o.file), format: formatText(found.file, 'datatype') }
  return { head, more: { typesize: null, kind: 'datatype' }, rows: [], tables: [] }
}

/**
 * The facts of the dataset or the group with the inner name. A pipe is brought into a file first.
 * @throws BlpkError NOT_FOUND, DAMAGED, UNSUPPORTED, IO
 */
export async function factsOfObject(place: OpenPlace, o: FactsOptions): Promise<Facts> {
  if (place.source.seekable) return factsIn(place, o)
  const source = await holdSource(place.source)
  try {
    return await factsIn({ ...place, source }, o)
  } finally {
    await source.close()
  }
}
