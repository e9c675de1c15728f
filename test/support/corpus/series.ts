// Made series: ids, times, prices, temperatures, sound.

import { between } from '../random.js'
import { type DataSet, longs, numbers } from './data-set.js'
import { normal, poisson, rounded } from './draws.js'

/** Numbers in the order in which they were measured or given out. */
export const SERIES: DataSet[] = [
  longs('ids-i8', (random) => {
    let id = 0
    return () => {
      id += between(random, 1, 49)
      return id
    }
  }),
  longs('timestamps-i8', (random) => (i) => 1_700_000_000_000 + 1000 * i + between(random, -20, 20)),
  numbers('counting-i4', Int32Array, (random) => (i) => 100_000 + 3 * i + between(random, -40, 40)),
  numbers('events-u2', Uint16Array, (random) => () => poisson(random, 3)),
  numbers('prices-f8', Float64Array, (random) => {
    let price = 100
    return () => {
      price += normal(random, 0.05)
      return rounded(price, 2)
    }
  }),
  numbers('temperature-f4', Float32Array, (random) => (i) => {
    return rounded(15 + 10 * Math.sin(i / 2000) + normal(random, 0.5), 1)
  }),
  numbers('signal-f8', Float64Array, (random) => {
    let level = 280
    return (i) => {
      level += (random() - 0.5) / 8
      return rounded(level + 10 * Math.sin(i / 500), 2)
    }
  }),
  numbers('wave-f4', Float32Array, (random) => (i) => Math.sin(i / 300) * (1 + random() / 1000)),
  numbers('complex-c8', Float32Array, (random) => (i) => {
    const turn = (i >> 1) / 50
    return (i % 2 === 0 ? Math.cos(turn) : Math.sin(turn)) * (1 + normal(random, 0.01))
  }),
  numbers('audio-i2', Int16Array, (random) => (i) => {
    const t = i / 44_100
    const tone = 8000 * Math.sin(2 * Math.PI * 440 * t) * Math.exp(-3 * (t % 1))
    return tone + 3000 * Math.sin(2 * Math.PI * 1234 * t) + normal(random, 60)
  }),
]
