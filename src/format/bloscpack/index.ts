// The door to Bloscpack archives: all that the verbs use of them.

import type { Container } from '../container.js'
import { MUTABLE } from './mutable.js'
import { openArchiveAt } from './opened.js'
import { packSource } from './pack-source.js'
import { BLOSCPACK } from './traits.js'

export const container: Container = {
  ...BLOSCPACK,
  open: openArchiveAt,
  pack: packSource,
  mutable: MUTABLE,
}
