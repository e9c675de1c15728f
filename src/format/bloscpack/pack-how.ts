// How chunks of an archive are packed.

import { codecByName } from '../../codecs/registry.js'
import type { RunOptions } from '../../engine/options.js'
import type { PackRun } from '../../engine/pack-run.js'
import { countChunks } from '../../engine/plain-chunks.js'
import { PACKED_EXTRA } from '../../engine/slot.js'
import { COPY_SPEED } from '../../engine/thread-policy.js'
import { type EncodeParams, jobs } from './blosc1-job.js'

/** @param chunkBytes plain size of the largest chunk, in bytes */
export function packBy(
  params: EncodeParams,
  chunkBytes: number,
): Pick<PackRun, 'how' | 'packedBytes' | 'speed'> {
  return {
    how: { module: jobs, name: 'encode', params },
    packedBytes: chunkBytes + PACKED_EXTRA,
    speed: params.level === 0 ? COPY_SPEED : codecByName(params.codec).traits.speed.compress,
  }
}

/** The same for so many plain bytes, with all that a run needs besides. */
export function packHow(
  params: EncodeParams,
  chunkSize: number,
  size: number | undefined,
  { threads, callerWorks, signal }: RunOptions,
): Omit<PackRun, 'fill' | 'take'> {
  const chunkBytes = Math.min(chunkSize, size ?? chunkSize)
  return {
    ...packBy(params, chunkBytes),
    nchunks: size === undefined ? undefined : countChunks(size, chunkSize),
    chunkBytes,
    threads,
    callerWorks,
    signal,
  }
}
