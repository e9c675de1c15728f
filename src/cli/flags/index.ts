// All options of the command line in one table, which parser and help use.

import { ARCHIVE_FLAGS } from './archives.js'
import { GLOBAL_FLAGS } from './global.js'
import type { Flag } from './options.js'
import { PACKING_FLAGS } from './packing.js'

/** The options of all commands: what is parsed and what the help says both come from here. */
export const FLAGS: readonly Flag[] = [...PACKING_FLAGS, ...ARCHIVE_FLAGS, ...GLOBAL_FLAGS]
