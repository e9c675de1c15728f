// The header of a new frame, before its sizes are known.

import type { Blosc2ChunkParams } from '../../chunk/blosc2/params.js'
import type { FrameHeader } from '../frame/header.js'
import type { Layers } from '../frame/layers.js'
import { headerFields } from './cparams.js'

/** The header of a frame without chunks; its sizes are filled in when it is written. */
export function newFrameHeader(params: Blosc2ChunkParams, meta: Layers): FrameHeader {
  return {
    headerBytes: 0,
    frameBytes: 0,
    version: 2,
    variableChunks: false,
    variableBlocks: false,
    sparse: false,
    ...headerFields(params),
    nbytes: 0,
    cbytes: 0,
    typesize: params.itemBytes,
    chunksize: 0,
    threads: { compress: 1, decompress: 1 },
    hasVlmeta: false,
    meta,
  }
}
