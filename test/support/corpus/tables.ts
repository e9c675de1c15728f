// Made columns, records and text.

import { between, pick } from '../random.js'
import { type DataSet, numbers, randomFor, records, USUAL } from './data-set.js'
import { normal, poisson, rounded, weighted } from './draws.js'

const CATEGORIES = [
  [0, 0.5],
  [1, 0.2],
  [2, 0.1],
  [3, 0.1],
  [7, 0.05],
  [9, 0.05],
] as const
const STATIONS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'station', 'Berlin', 'Zürich']
const WORDS =
  'GET POST /index.html /api/v1/stations 200 404 temperature= wind= Mozilla/5.0 - - [12/Mar'.split(' ')

const log: DataSet = {
  name: 'log-text',
  typesize: 1,
  bytes(most) {
    const random = randomFor('log-text')
    let text = ''
    while (text.length < Math.min(most, USUAL)) text += `${between(random, 1, 99999)} ${pick(random, WORDS)} `
    return new TextEncoder().encode(text).subarray(0, Math.min(most, USUAL))
  },
}

/** Columns of tables, whole rows, and text. */
export const TABLES: DataSet[] = [
  numbers('categories-u1', Uint8Array, (random) => () => weighted(random, CATEGORIES)),
  numbers('booleans', Uint8Array, (random) => () => (random() < 0.05 ? 1 : 0)),
  numbers('sparse-u4', Uint32Array, (random) => () => (random() < 0.02 ? poisson(random, 5) : 0)),
  numbers('sparse-f8', Float64Array, (random) => () => (random() < 0.05 ? random() : 0)),
  records('measurements-24', 24, (random) => (item, i) => {
    item.setBigInt64(0, BigInt(1_700_000_000 + i), true)
    item.setUint32(8, between(random, 0, 499), true)
    item.setFloat32(12, rounded(20 + normal(random, 5), 1), true)
    item.setUint16(16, poisson(random, 30), true)
  }),
  records('complex-c16', 16, (random) => (item, i) => {
    const length = 1 + normal(random, 0.01)
    item.setFloat64(0, length * Math.cos(i / 50), true)
    item.setFloat64(8, length * Math.sin(i / 50), true)
  }),
  records('names-utf32', 48, (random) => (item) => {
    const name = `${pick(random, STATIONS)}${between(random, 0, 999)}`
    for (let k = 0; k < name.length; k++) item.setUint32(4 * k, name.charCodeAt(k), true)
  }),
  log,
]
