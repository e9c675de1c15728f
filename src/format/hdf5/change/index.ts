// Changes HDF5 files in place: rows at the end of datasets, and new datasets.

import { unsupported, usage } from '../../../core/errors.js'
import type { ContainerChange } from '../../change.js'
import { membersMetadata } from '../../json-members.js'
import { datasetAt, objectAt } from '../names.js'
import { metadataOf } from '../read/metadata.js'
import { addDataset } from './add.js'

export const change: ContainerChange = {
  changesInside: true,
  appendRefuses: {
    metadata: () => usage('an append to a dataset of HDF5 does not change its attributes'),
    typesize: (name) => usage(`the items of a dataset have a size already (leave ${name('typesize')} out)`),
    grow: (name) => usage(`${name('grow')} is for Bloscpack archives: a dataset grows as far as it allows`),
    appendId: (name) => usage(`${name('appendId')} cannot be used: a dataset of HDF5 has no room for ids`),
  },
  metadataRefuses: {
    fixed: (name) => usage(`${name('fixed')} is for Blosc2 frames: HDF5 has attributes`),
    grow: (name) => usage(`${name('grow')} is for Bloscpack archives`),
  },
  append: async (place, source, o) => (await import('./append.js')).appendToDataset(place, source, o),
  add: addDataset,
  async readMetadata(place) {
    const { file, spec } = place.inner === undefined ? await datasetAt(place) : await objectAt(place)
    return membersMetadata(await metadataOf(file, spec, undefined))
  },
  setMetadata: () =>
    Promise.reject(
      unsupported('attributes of HDF5 files are read, but not changed; use h5py to change them'),
    ),
}
