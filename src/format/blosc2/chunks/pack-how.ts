// How Blosc2 chunks are packed, in threads or in the calling one.

import type { BlockHook } from '../../../chunk/blosc2/decode.js'
import { encodeBlosc2ChunkInto, maxBlosc2ChunkBytes } from '../../../chunk/blosc2/encode.js'
import type { Blosc2ChunkParams } from '../../../chunk/blosc2/params.js'
import { codeOf } from '../../../chunk/blosc2/portable.js'
import type { PackHere, PackJob, PackRun } from '../../../engine/pack-run.js'
import { jobs, prepareModules } from './blosc2-job.js'
import { portableParams } from './cparams.js'

/** What changes the blocks of a chunk before they are compressed. */
export type PrefilterOf = (index: number) => BlockHook | undefined

/** Prefilters, and codecs and filters of users whose module is not known, run in the calling thread. */
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
    // It is for level 5; how much slower codecs are at others does not matter for the choice.
    speed: params.codec.traits.speed.compress,
  }
}
