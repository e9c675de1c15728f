import type { ByteSink } from '../../../sinks/byte-sink.js'
import { layFrame } from '../frame-writer.js'
import type { FrameRecovery } from './recover.js'

/**
 * Writes what was recovered as a sound frame in one file: good chunks byte for byte; header, index, trailer and
 * checksums made anew. The sink is committed, or discarded when anything fails.
 */
export async function writeRecoveredFrame(r: FrameRecovery, sink: ByteSink): Promise<void> {
  try {
    const { header, chunks, vlmeta } = r
    const { pieces } = await layFrame(r.ws, { header, chunks, vlmeta, checksum: 'xxh64' })
    for await (const piece of pieces()) await sink.write(piece)
    await sink.commit()
  } catch (error) {
    await sink.discard()
    throw error
  }
}
