// The door to Blosc2 frames and arrays: all that the verbs use of them.

import type { Container } from '../container.js'
import { MUTABLE } from './mutable.js'
import { BLOSC2 } from './traits.js'

export const container = { ...BLOSC2, mutable: MUTABLE } as Container
