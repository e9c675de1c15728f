// Writes the usable contents of a damaged frame as a sound frame.

import type { ByteSink } from '../../../bytes/byte-sink.js'
import type { RunOptions } from '../../../engine/options.js'
import { layFrame } from '../chunks/frame-writer.js'
import type { FrameRecovery } from './recover.js'

/**
 * Writes recovered contents as a sound frame in one file: good chunks byte for byte; header, index, trailer
 * and checksums are rebuilt. The sink is committed, or discarded on failure.
 */
export async function writeRecoveredFrame(
  r: FrameRecovery,
  sink: ByteSink,
  o: RunOptions = {},
): Promise<void> {
  try {
    const { header, chunks, vlmeta } = r
    const { frameBytes, pieces } = await layFrame(r.ws, { header, chunks, vlmeta, checksum: 'xxh64' })
    let written = 0
    for await (const piece of pieces()) {
      o.signal?.throwIfAborted()
      await sink.write(piece)
      written += piece.length
      o.onProgress?.({ plain: written, packed: written, total: frameBytes })
    }
    await sink.commit()
  } catch (error) {
    await sink.discard()
    throw error
  }
}
