// Options of packing for whoever calls the verbs: which there are, and which ones a format takes.

export { checkOptions } from '../format/check-options.js'
export type { FilterOption, PackOptions, PartOf, Plan } from '../format/pack-options.js'
