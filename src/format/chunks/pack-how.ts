// How Blosc2 chunks are packed: in threads, or in the calling thread.

import type { BlockHook } from '../../chunk/blosc2/decode.js'
import { encodeBlosc2ChunkInto, maxBlosc2ChunkBytes } from '../../chunk/blosc2/encode.js'
import type { Blosc2ChunkParams } from '../../chunk/blosc2/params.js'
import { codeOf } from '../../chunk/blosc2/portable.js'
import type { PackHere, PackJob, PackRun } from '../../engine/pack-run.js'
import { jobs, prepareModules } from './blosc2-job.js'
import { portableParams } from './cparams.js'

/** Changes the blocks of a chunk before they are compressed. */
export type PrefilterOf = (index: number) => BlockHook | undefined

/** Prefilters run in the calling thread, as do user codecs and filters whose module is unknown. */
function howTo(params: Blosc2ChunkParams, prefilterOf: PrefilterOf | undefined): PackJob | PackHere {
  const portable = prefilterOf === undefined ? portableParams(params) : undefined
  if (portable !== undefined) {
    prepareModules(codeOf(params.codec, params.filters).modules)
    return { module: jobs, name: 'encode', params: portable }
  }
  return (ws, plain, packed, index) =>
    encodeBlosc2ChunkInto(ws, { ...params, prefilter: prefilterOf?.(index) }, plain, packed)
}

/** @param chunkBytes plain size of the largest chunk, in bytes */
export function packHow(
  params: Blosc2ChunkParams,
  chunkBytes: number,
  prefilterOf?: PrefilterOf,
): Pick<PackRun, 'how' | 'chunkBytes' | 'packedBytes' | 'speed'> {
  return {
    how: howTo(params, prefilterOf),
    chunkBytes,
    packedBytes: maxBlosc2ChunkBytes(chunkBytes),
    // The speed is for level 5; differences at other levels do not affect the choice.
    speed: params.codec.traits.speed.compress,
  }
}
