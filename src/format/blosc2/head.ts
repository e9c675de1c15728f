// The first fields of a result about a frame or an array.

import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ArrayShape, product } from '../../array/geometry.js'
import type { NdarrayLayout } from '../../array/npy/index.js'
import { jsonRatio } from '../../core/sizes.js'
import type { Workspace } from '../../kernels/workspace.js'
import { dtypeText, type Head, ifSound } from '../facts.js'
import { B2ND_LAYER, type B2ndMeta, CATERVA_LAYER, parseB2nd } from '../frame/array-layer.js'
import { itemDtype } from '../frame/dtype.js'
import type { FrameHeader } from '../frame/header.js'
import type { Layers } from '../frame/layers.js'
import { TENSOR_LAYER } from '../frame/tensor.js'
import { arrayOfFrame, JSON_LAYER } from './chunks/described.js'
import type { FrameFile } from './chunks/frame-file.js'
import { readVlmeta } from './chunks/vlmeta.js'

/** Size of a sparse frame: the total of its files. */
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

/** Plain bytes of the array, or of a frame without one. */
export function plainBytes(
  h: Pick<FrameHeader, 'nbytes' | 'typesize'>,
  array: ArrayShape | undefined,
): number {
  return array === undefined ? h.nbytes : product(array.shape) * h.typesize
}

/** The head of a fully known frame. */
export interface FrameHead extends Head {
  format: string
  nbytes: number
  cbytes: number
}

/** The array that the variable-length metalayers describe; undefined if there is no valid one. */
async function described(ws: Workspace, frame: FrameFile): Promise<NdarrayLayout | undefined> {
  const layers = new Map([...frame.vlmeta].filter(([name]) => name === JSON_LAYER || name === TENSOR_LAYER))
  return ifSound(async () =>
    arrayOfFrame({ vlmeta: await readVlmeta(ws, layers), nbytes: frame.header.nbytes }),
  )
}

/**
 * @param cbytes size of the frame, in bytes
 * @param given the dtype of the items of an array, instead of the stored one
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
