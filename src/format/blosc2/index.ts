// The door to Blosc2 frames and arrays: all that the verbs use of them, loaded when it is used.

import type { Container } from '../container.js'
import { MUTABLE } from './mutable.js'
import { BLOSC2 } from './traits.js'

const reading: Omit<Container, 'pack'> = {
  ...BLOSC2,
  open: async (place, o) => (await import('./opened.js')).openFrameAt(place, o),
  facts: async (place, o) => (await import('./facts.js')).factsOfFrame(place, o),
  verify: async (place, o) => (await import('./verify-place.js')).verifyFrameAt(place, o),
  mutable: MUTABLE,
}

export const container = reading as Container
