import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ArrayShape, product } from '../../array/geometry.js'
import type { NdarrayLayout } from '../../array/npy/index.js'
import { arrayOfFrame, JSON_LAYER } from '../../format/blosc2/chunks/described.js'
import { type FrameFile, openFrame } from '../../format/blosc2/chunks/frame-file.js'
import { readVlmeta } from '../../format/blosc2/chunks/vlmeta.js'
import { B2ND_LAYER, type B2ndMeta, CATERVA_LAYER, parseB2nd } from '../../format/blosc2/frame/array-layer.js'
import { itemDtype } from '../../format/blosc2/frame/dtype.js'
import type { FrameHeader } from '../../format/blosc2/frame/header.js'
import type { Layers } from '../../format/blosc2/frame/layers.js'
import { TENSOR_LAYER } from '../../format/blosc2/frame/tensor.js'
import { Workspace } from '../../kernels/workspace.js'
import { TailSource } from '../../sources/tail.js'
import type { ContainerInput } from '../containers.js'
import { dtypeText, type Head, ifSound } from './head.js'
import { jsonRatio } from './report.js'

/** A sparse frame is as large as its files. */
export function directoryBytes(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => sum + lstatSync(join(directory, name)).size, 0)
}

/** The array that the metalayers of a frame describe. @throws BlpkError DAMAGED, UNSUPPORTED */
export function arrayMeta(meta: Layers): B2ndMeta | undefined {
  const own = meta.get(B2ND_LAYER)
  if (own !== undefined) return parseB2nd(own, false)
  const caterva = meta.get(CATERVA_LAYER)
  return caterva === undefined ? undefined : parseB2nd(caterva, true)
}

/** Plain bytes of an array, or of a frame that holds none. */
export function plainBytes(
  h: Pick<FrameHeader, 'nbytes' | 'typesize'>,
  array: ArrayShape | undefined,
): number {
  return array === undefined ? h.nbytes : product(array.shape) * h.typesize
}

/** The head of a frame, of which all of it is known. */
export interface FrameHead extends Head {
  format: string
  nbytes: number
  cbytes: number
}

/** The array that the variable-length metalayers describe; undefined if they describe none that makes sense. */
async function described(ws: Workspace, frame: FrameFile): Promise<NdarrayLayout | undefined> {
  const layers = new Map([...frame.vlmeta].filter(([name]) => name === JSON_LAYER || name === TENSOR_LAYER))
  return ifSound(async () =>
    arrayOfFrame({ vlmeta: await readVlmeta(ws, layers), nbytes: frame.header.nbytes }),
  )
}

/**
 * @param cbytes size of the frame, in bytes
 * @param given the dtype of the items of an array, in place of its own
 */
export async function headOfFrame(
  file: string,
  ws: Workspace,
  frame: FrameFile,
  cbytes: number,
  given?: string,
): Promise<FrameHead> {
  const { header: h } = frame
  const array = arrayMeta(h.meta)
  const layout = array === undefined ? await described(ws, frame) : undefined
  const nbytes = plainBytes(h, array)
  const own = array === undefined ? null : itemDtype(array.dtype, h.typesize, given)
  return {
    file,
    format: `Blosc2 ${array === undefined ? 'frame' : 'array'}${h.sparse ? ', sparse' : ''}`,
    shape: array?.shape ?? layout?.shape ?? null,
    dtype: layout === undefined ? own : dtypeText(layout),
    nbytes,
    cbytes,
    ratio: jsonRatio(nbytes, cbytes),
  }
}

/** The same of an open frame, of which front and end are read. @throws BlpkError DAMAGED, UNSUPPORTED */
export async function headOfFrameInput(
  file: string,
  { source: given, directory }: Pick<ContainerInput, 'source' | 'directory'>,
): Promise<Head> {
  const source = given.willRead && given.size !== undefined ? new TailSource(given, given.size) : given
  const ws = new Workspace()
  const frame = await openFrame(source, ws, { directory })
  const cbytes = directory === undefined ? frame.header.frameBytes : directoryBytes(directory)
  return headOfFrame(file, ws, frame, cbytes)
}
