// Made pictures and stacks of them.

import { type DataSet, numbers } from './data-set.js'
import { normal } from './draws.js'

const SIDE = 512

/** A value by row, column and number of the picture. */
type Surface = (y: number, x: number, picture: number) => number

function at(surface: Surface, i: number): number {
  return surface(Math.floor(i / SIDE) % SIDE, i % SIDE, Math.floor(i / SIDE ** 2))
}

/** Smooth light and dark, with the noise of a camera. */
const shade: Surface = (y, x) => 128 + 60 * Math.sin(x / 90) + 50 * Math.cos(y / 70)

/** Spots that drift from one picture to the next. */
const spots: Surface = (y, x, n) => 1000 + 800 * Math.sin((x + 5 * n) / 90) * Math.cos((y - 3 * n) / 70)

/** A few areas of one value, as in masks and maps. */
const areas: Surface = (y, x) => Math.floor(2 + 2 * Math.sin(x / 37) * Math.cos(y / 53))

export const PICTURES: DataSet[] = [
  numbers('picture-u1', Uint8Array, (random) => (i) => at(shade, i) + normal(random, 3)),
  numbers('stack-u2', Uint16Array, (random) => (i) => at(spots, i) + 200 + normal(random, 14)),
  numbers('areas-u1', Uint8Array, () => (i) => at(areas, i)),
]
