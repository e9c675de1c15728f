// The facts of a frame or an array. Over the network this takes two requests: for front and end.

import type { ByteSource } from '../../bytes/byte-source.js'
import { jsonRatio } from '../../core/sizes.js'
import { Workspace } from '../../kernels/workspace.js'
import { holdSource } from '../../sources/held.js'
import { withTail } from '../../sources/tail.js'
import { type Facts, type FactsOptions, type Head, headAndMore, ifSound } from '../facts.js'
import { itemDtype } from '../frame/dtype.js'
import { parseFrameHeader, peekFrame } from '../frame/header.js'
import { objectIn } from '../frame/objects.js'
import type { OpenPlace } from '../opened.js'
import { openFrame } from './chunks/frame-file.js'
import { describeChunks, describeFrame } from './describe.js'
import { rowsOf } from './fact-rows.js'
import { arrayMeta, directoryBytes, headOfFrame, plainBytes } from './head.js'

/** Position of the sizes of a frame and its header, in bytes. */
const LENGTHS_BYTES = 25

async function headAlone(file: string, { source, directory }: OpenPlace): Promise<Head> {
  const ws = new Workspace()
  const frame = await openFrame(withTail(source), ws, { directory })
  const cbytes = directory === undefined ? frame.header.frameBytes : directoryBytes(directory)
  return headOfFrame(file, ws, frame, cbytes)
}

/** For `ls`, the front of an array is sufficient; other frames also need the end. */
async function frontAlone(file: string, source: ByteSource): Promise<Facts> {
  const place = { path: source.name }
  const peek = new Uint8Array(LENGTHS_BYTES)
  const { headerBytes, frameBytes } = peekFrame(peek.subarray(0, await source.read(0, peek)), place)
  const front = new Uint8Array(headerBytes)
  const header = parseFrameHeader(front.subarray(0, await source.read(0, front)), place)
  const array = arrayMeta(header.meta)
  const nbytes = plainBytes(header, array)
  // Metalayers at the end may describe an array that is not a Blosc2 array.
  const end = array === undefined ? await ifSound(() => headAlone(file, { source })) : undefined
  const head: Head = {
    file,
    format: `Blosc2 ${array === undefined ? 'frame' : 'array'}`,
    shape: array?.shape ?? end?.shape ?? null,
    dtype: array === undefined ? (end?.dtype ?? null) : itemDtype(array.dtype, header.typesize),
    nbytes,
    cbytes: frameBytes,
    ratio: jsonRatio(nbytes, frameBytes),
  }
  const kind = objectIn(header.meta, new Map())?.kind ?? null
  return { head, more: { typesize: header.typesize, kind }, rows: [], tables: [] }
}

async function allFacts({ source, directory }: OpenPlace, options: FactsOptions): Promise<Facts> {
  const { file, detail, dtype } = options
  const ws = new Workspace()
  const frame = await openFrame(withTail(source), ws, { directory })
  const cbytes = directory === undefined ? frame.header.frameBytes : directoryBytes(directory)
  const info = await describeFrame(file, ws, frame, cbytes, dtype)
  const all = detail === 'chunks' ? { ...info, chunks: await describeChunks(frame) } : info
  return { ...headAndMore(all), ...rowsOf(all) }
}

/**
 * Copies a pipe to a file first, because a frame is described at its end.
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function factsOfFrame(place: OpenPlace, options: FactsOptions): Promise<Facts> {
  const { file, detail } = options
  if (detail === 'front') return frontAlone(file, place.source)
  if (detail === 'head') return { head: await headAlone(file, place), more: {}, rows: [], tables: [] }
  const held = place.source.seekable ? undefined : await holdSource(place.source)
  try {
    return await allFacts({ ...place, source: held ?? place.source }, options)
  } finally {
    await held?.close()
  }
}
