// Metalayers as named bytes, and the table that stores them in a frame.

import { usage } from '../../core/errors.js'
import type { MsgpackReader } from './msgpack/reader.js'
import { MsgpackWriter } from './msgpack/writer.js'

/** Named bytes, in the order in which they were added. */
export type Layers = Map<string, Uint8Array>

/** C-Blosc2 stores names in this many bytes. */
export const MAX_LAYER_NAME = 31
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Parses a table of layers: a map from names to positions, then the contents (README_CFRAME_FORMAT,
 * "Header").
 * @throws BlpkError DAMAGED if table and contents contradict each other
 */
export function readLayers(r: MsgpackReader): Layers {
  if (r.array() !== 3) r.wrong('the table of metalayers does not have three parts')
  r.integer()
  const count = r.map()
  const places: [string, number][] = []
  for (let i = 0; i < count; i++) places.push([decoder.decode(r.string()), r.integer()])
  if (r.array() !== count) r.wrong(`there are ${count} names, but not as many metalayers`)
  const layers: Layers = new Map()
  for (const [name, position] of places) {
    if (position !== r.at) r.wrong(`the metalayer '${name}' should be at byte ${position}`)
    if (layers.has(name)) r.wrong(`there are two metalayers '${name}'`)
    layers.set(name, r.binary().slice())
  }
  return layers
}

/**
 * @param countedBefore bytes before the map that count towards the size of the table, as in C-Blosc2
 * @throws BlpkError USAGE for too many names
 */
export function writeLayers(layers: Layers, start: number, countedBefore: number): Uint8Array {
  const names = [...layers.keys()].map((name) => encoder.encode(name))
  const mapBytes = 3 + names.reduce((sum, name) => sum + 1 + name.length + 5, 0)
  if (countedBefore + mapBytes >= 2 ** 16)
    throw usage(`there are ${layers.size} metalayers: their names take more than 64 KiB`)
  const w = new MsgpackWriter()
    .fixArray(3)
    .uint16(countedBefore + mapBytes)
    .map16(layers.size)
  let position = start + 4 + mapBytes + 3
  const contents = [...layers.values()]
  names.forEach((name, i) => {
    w.fixString(name).int32(position)
    position += 5 + (contents[i]?.length ?? 0)
  })
  w.array16(layers.size)
  for (const content of contents) w.binary32(content)
  return w.finish()
}
