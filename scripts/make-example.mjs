// Makes examples/stations.npy: a year of hourly temperatures at four made-up stations, float32 (8760, 4),
// in the steps of 1/16 degree that common sensors have: season, day, weather and noise from a fixed seed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { formatNpyHeader } from '../dist/array/npy/index.js'

const HOURS = 365 * 24
const STATIONS = 4
let state = 2026

function uniform() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

const data = new Float32Array(HOURS * STATIONS)
const weather = new Float64Array(STATIONS)
for (let hour = 0; hour < HOURS; hour++) {
  const season = -9 * Math.cos((2 * Math.PI * hour) / HOURS)
  const day = -4 * Math.cos((2 * Math.PI * (hour % 24)) / 24)
  for (let station = 0; station < STATIONS; station++) {
    weather[station] = 0.995 * weather[station] + (uniform() - 0.5)
    const value = 10 + station + season + day + weather[station] + 0.2 * (uniform() - 0.5)
    data[hour * STATIONS + station] = Math.round(value * 16) / 16
  }
}
mkdirSync('examples', { recursive: true })
const header = formatNpyHeader({ descr: '<f4', shape: [HOURS, STATIONS], order: 'C' })
writeFileSync('examples/stations.npy', Buffer.concat([header, new Uint8Array(data.buffer)]))
