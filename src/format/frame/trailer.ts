// The trailer of a frame, which holds the variable-length metalayers.

import { damaged, type ErrorPlace, unsupported } from '../../core/errors.js'
import { MAX_LAYERS_BYTES, TRAILER_MIN_BYTES } from './header.js'
import { type Layers, readLayers, writeLayers } from './layers.js'
import { MsgpackReader } from './msgpack/reader.js'
import { MsgpackWriter } from './msgpack/writer.js'

/** Bytes from the tag of the trailer's length to the end of the frame. */
export const TRAILER_END_BYTES = 23
const LATEST_VERSION = 1

/**
 * The size of the trailer, from the last bytes of a frame (README_CFRAME_FORMAT, "Trailer").
 * @param end the last {@link TRAILER_END_BYTES} bytes
 * @param room number of bytes after the header
 */
export function trailerBytes(end: Uint8Array, room: number, place: ErrorPlace): number {
  const r = new MsgpackReader(end, 'the frame trailer', place)
  if (end[0] !== 0xce) r.wrong('the length of the trailer is missing')
  const size = r.integer()
  if (size < TRAILER_MIN_BYTES || size > room || size > MAX_LAYERS_BYTES) {
    throw damaged(`the frame claims a trailer of ${size} bytes`, place)
  }
  return size
}

/** Parses the variable-length metalayers, still compressed. @param bytes the whole trailer */
export function parseTrailer(bytes: Uint8Array, place: ErrorPlace): Layers {
  const r = new MsgpackReader(bytes, 'the frame trailer', place)
  if (r.array() < 3) r.wrong('fields are missing')
  const version = r.integer()
  if (version > LATEST_VERSION) throw unsupported(`the frame has trailer version ${version}`, place)
  const layers = readLayers(r)
  if (r.integer() !== bytes.length) r.wrong('the trailer does not have the length it claims')
  r.extension16()
  return layers
}

/** Writes a trailer without a fingerprint. @param layers compressed contents */
export function formatTrailer(layers: Layers): Uint8Array {
  const table = writeLayers(layers, 2, 3)
  const size = 2 + table.length + TRAILER_END_BYTES
  return new MsgpackWriter()
    .fixArray(4)
    .byte(LATEST_VERSION)
    .raw(table)
    .uint32(size)
    .extension16(0, new Uint8Array(16))
    .finish()
}
