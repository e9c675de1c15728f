// The door to Bloscpack archives: all that the verbs use of them, loaded when it is used.

import type { Container } from '../container.js'
import { MUTABLE } from './mutable.js'
import { BLOSCPACK } from './traits.js'

export const container: Container = {
  ...BLOSCPACK,
  open: async (place, o) => (await import('./opened.js')).openArchiveAt(place, o),
  facts: async (place, o) => (await import('./facts.js')).factsOfArchive(place, o),
  verify: async ({ source }, o) => (await import('./verify.js')).verifyArchive(source, o),
  pack: async (source, output, format, o) =>
    (await import('./pack-source.js')).packSource(source, output, format, o),
  concat: async (parts, output, format, o) =>
    (await import('./concat.js')).concatOpened(parts, output, format, o),
  mutable: MUTABLE,
  recover: async (place, o) => (await import('./recover.js')).recoverArchive(place, o),
  change: async () => (await import('./change.js')).change,
}
