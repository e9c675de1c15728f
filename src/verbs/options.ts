// Options that verbs take, and which of them a format takes.

export { MAX_CHUNK_NBYTES } from '../chunk/blosc1/header.js'
export type { LockOptions } from '../disk/changing-file.js'
export type { Progress, Room, RunOptions } from '../engine/options.js'
export { checkOptions } from '../format/check-options.js'
export type { FilterOption, PackOptions, PartOf } from '../format/pack-options.js'
