// The entry point of HDF5 files: everything that the verbs use.

import type { Container } from '../container.js'
import type { OpenPlace } from '../opened.js'
import { MUTABLE } from './mutable.js'
import { HDF5 } from './traits.js'

export const container: Container = {
  ...HDF5,
  open: async (place, o) => (await import('./opened.js')).openDataset(place, o),
  pack: async (source, output, _format, o) =>
    (await import('./pack/pack-source.js')).packSource(source, output, o),
  change: async () => (await import('./change/index.js')).change,
  mutable: MUTABLE,
  copy: async (from, output, _format, o) => (await import('./pack/copy-array.js')).copyArray(from, output, o),
  names: (place) => namesOf(place),
  facts: async (place, o) => (await import('./facts/object.js')).factsOfObject(place, o),
  verify: async (place, o) => (await import('./verify.js')).verifyFile(place, o),
}

async function* namesOf(place: OpenPlace): AsyncGenerator<string> {
  yield* (await import('./names.js')).namesIn(place)
}
