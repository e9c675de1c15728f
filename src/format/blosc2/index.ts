// The door to Blosc2 frames and arrays: all that the verbs use of them.

import type { Container } from '../container.js'
import { MUTABLE } from './mutable.js'
import { openFrameAt } from './opened.js'
import { BLOSC2 } from './traits.js'

const reading: Omit<Container, 'pack'> = { ...BLOSC2, open: openFrameAt, mutable: MUTABLE }

export const container = reading as Container
