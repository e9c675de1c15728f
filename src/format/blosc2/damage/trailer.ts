// Finds the trailer of a damaged frame: by the header, at the end, or by its first bytes.

import type { BlpkError } from '../../../core/errors.js'
import { asDamage, damaged } from '../../../core/errors.js'
import { type Layers, readLayers } from '../../frame/layers.js'
import { MsgpackReader } from '../../frame/msgpack/reader.js'
import { parseTrailer, TRAILER_END_BYTES, trailerBytes } from '../../frame/trailer.js'
import type { FrameProbe } from './probe.js'

/** How far back a trailer of wrong length is searched for, in bytes. */
const SEARCH = 1 << 20
/** The common start of all trailers: an array of four, the version, an array of three, a uint16. */
const START = [0x94, 0x01, 0x93, 0xcd]

/** A trailer and its position. */
export interface FoundTrailer {
  at: number
  bytes: Uint8Array
  layers: Layers
  /** It has a valid end; otherwise only its metalayers were found. */
  isComplete: boolean
  /** Why it was not found where the header says. */
  problem?: BlpkError
}

async function trailerAtEnd(probe: FrameProbe, end: number): Promise<FoundTrailer> {
  const place = { path: probe.place.source.name }
  if (end < TRAILER_END_BYTES || end > probe.place.source.size)
    throw damaged(`the frame should end at byte ${end}, but ends at byte ${probe.place.source.size}`, place)
  const tail = await probe.read(end - TRAILER_END_BYTES, TRAILER_END_BYTES)
  const size = trailerBytes(tail, end, place)
  const bytes = await probe.read(end - size, size)
  return { at: end - size, bytes, layers: parseTrailer(bytes, place), isComplete: true }
}

function layersAt(bytes: Uint8Array): { layers: Layers; end: number } | undefined {
  try {
    const r = new MsgpackReader(bytes, 'the frame trailer', {}, 2)
    return { layers: readLayers(r), end: r.at }
  } catch {
    return undefined
  }
}

/** Searches for the start of a trailer, backwards from the end of the frame. */
async function searchTrailer(probe: FrameProbe): Promise<FoundTrailer | undefined> {
  const { size } = probe.place.source
  const from = Math.max(0, size - SEARCH)
  const bytes = await probe.read(from, size - from)
  for (let at = bytes.length - START.length; at >= 0; at--) {
    if (!START.every((byte, i) => bytes[at + i] === byte) || bytes[at + 6] !== 0xde) continue
    const found = layersAt(bytes.subarray(at))
    if (found === undefined) continue
    const stop = Math.min(at + found.end + TRAILER_END_BYTES, bytes.length)
    const isComplete = stop === at + found.end + TRAILER_END_BYTES
    return { at: from + at, bytes: bytes.slice(at, stop), layers: found.layers, isComplete }
  }
  return undefined
}

/**
 * Finds the trailer of a frame: where the header says, at the end of the file, or by its first bytes.
 * @param frameBytes from the header, if readable
 */
export async function findTrailer(
  probe: FrameProbe,
  frameBytes: number | undefined,
): Promise<FoundTrailer | undefined> {
  let problem: BlpkError | undefined
  for (const end of new Set([frameBytes ?? probe.place.source.size, probe.place.source.size])) {
    try {
      const found = await trailerAtEnd(probe, end)
      return problem === undefined ? found : { ...found, problem }
    } catch (error) {
      problem ??= asDamage(error)
    }
  }
  const found = await searchTrailer(probe)
  return found === undefined || problem === undefined ? found : { ...found, problem }
}
