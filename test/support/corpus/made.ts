// The made part of the corpus: the data sets of the bench, and many more.

import { made as benchData, DATA_SETS, itemSize } from '../../../bench/data.mjs'
import { type DataSet, MIB } from './data-set.js'
import { NOISY } from './noise.js'
import { PICTURES } from './pictures.js'
import { SERIES } from './series.js'
import { TABLES } from './tables.js'

const BENCH: DataSet[] = DATA_SETS.map((name) => ({
  name: `bench-${name}`,
  typesize: itemSize(name),
  bytes: (most) => benchData(name, Math.min(most, MIB)),
}))

/** Data sets that are made here, always the same. */
export const MADE: DataSet[] = [...BENCH, ...SERIES, ...PICTURES, ...TABLES, ...NOISY]
