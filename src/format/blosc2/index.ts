// The entry point of Blosc2 frames and arrays: everything that the verbs use.

import type { Container } from '../container.js'
import { MUTABLE } from './mutable.js'
import { BLOSC2 } from './traits.js'

export const container: Container = {
  ...BLOSC2,
  open: async (place, o) => (await import('./opened.js')).openFrameAt(place, o),
  facts: async (place, o) => (await import('./facts.js')).factsOfFrame(place, o),
  verify: async (place, o) => (await import('./verify-place.js')).verifyFrameAt(place, o),
  pack: async (source, output, format, o) =>
    (await import('./pack-source.js')).packSource(source, output, format, o),
  copy: async (from, output, format, o) => (await import('./copy.js')).copyFrom(from, output, format, o),
  concat: async (parts, output, format, o) =>
    (await import('./join/join.js')).joinFrames(parts, output, format, o),
  mutable: MUTABLE,
  recover: async (place, o) => (await import('./recover.js')).recoverFrame(place, o),
  change: async () => (await import('./change.js')).change,
}
