// Copies the chunks of a frame to another one without recompression.

import type { Blosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import { located } from '../../../core/errors.js'
import { EventTurns } from '../../../core/event-turns.js'
import type { RunOptions } from '../../../engine/options.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { FrameChecksum } from '../../chunks/checksums.js'
import { type ChunkFit, repacked } from '../../chunks/repack-chunk.js'
import { isShapeBound } from '../../chunks/shape-bound.js'
import { wholeChunk } from '../../chunks/whole-chunk.js'
import type { FrameHeader } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import type { FrameFile } from './frame-file.js'
import { FrameSink } from './frame-sink.js'
import type { FrameOutput } from './frame-target.js'
import type { FrameResult } from './pack-frame.js'

/** Result of copying. */
export interface CopyResult extends FrameResult {
  /** Chunks that were copied unchanged; the others were recompressed. */
  copied: number
}

/** How chunks are copied. */
export interface CopyOptions extends RunOptions {
  /** Variable-length metalayers, uncompressed. */
  vlmeta: Layers
  /** `xxh64` (default) stores a checksum of each chunk; `none` does not. */
  checksum?: FrameChecksum
}

/** A chunk of a frame in memory. */
async function storedBytes(
  from: FrameFile,
  index: number,
  at: number,
): Promise<[Uint8Array, Blosc2ChunkHeader]> {
  const bytes = from.chunk(index, at)
  try {
    return await wholeChunk(bytes)
  } catch (error) {
    throw located(error)
  }
}

function fits({ nbytes, blocksize, special }: Blosc2ChunkHeader, fit: ChunkFit): boolean {
  return nbytes === fit.chunksize && (blocksize === fit.blocksize || special !== 'none')
}

/**
 * Copies the chunks of a frame to another one.
 * @param header of the new frame, possibly with other metalayers
 * @param o.fit what chunks must be like, if not all fit
 * @param o.isReshaped whether blocks have another shape in the new frame, or none
 * @throws BlpkError DAMAGED, CHECKSUM; no output is left then
 */
export async function copyFrame(
  from: FrameFile,
  header: FrameHeader,
  sink: FrameOutput,
  o: CopyOptions & { fit?: ChunkFit; isReshaped?: boolean },
): Promise<CopyResult> {
  const { offsets } = from
  const ws = new Workspace()
  const frame = new FrameSink(ws, sink, header, o.checksum)
  const turns = new EventTurns()
  const schunk = traitsOf(from.header, o.vlmeta, offsets.length)
  let [packed, recompressed] = [0, 0]
  try {
    await frame.begin()
    for (const [index, offset] of offsets.entries()) {
      await turns.rest()
      o.signal?.throwIfAborted()
      if ('special' in offset) {
        const size = o.fit?.chunksize ?? Math.min(header.chunksize, header.nbytes - index * header.chunksize)
        await frame.putSpecial(index, offset.special, size)
        continue
      }
      const [bytes, h] = await storedBytes(from, index, offset.at)
      const isBound = o.isReshaped === true && isShapeBound(h)
      const isFitting = !isBound && (o.fit === undefined || fits(h, o.fit))
      if (!isFitting) recompressed++
      await frame.put(index, isFitting ? bytes : await repacked(ws, header, schunk, o.fit ?? {}, bytes))
      packed += h.cbytes
      o.onProgress?.({ plain: (header.nbytes / offsets.length) * (index + 1), packed, total: header.nbytes })
    }
    const { nbytes } = header
    const padded = o.fit === undefined ? nbytes : offsets.length * o.fit.chunksize
    return { ...(await frame.finish(padded, o.vlmeta)), nbytes, copied: offsets.length - recompressed }
  } catch (error) {
    await frame.abort()
    throw error
  }
}
