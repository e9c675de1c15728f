// Reads pieces into a sink of plain bytes, in order.

import type { PlainSink } from '../sinks/plain.js'
import type { Jobs } from './job.js'
import { type Piece, type ReadRun, readPieces } from './read-run.js'
import type { Slot } from './slot.js'

/**
 * Reads all pieces and writes what they give; where the sink is a file, threads write into it themselves.
 * @param onPiece is told of each in turn, as soon as it is written
 */
export async function readInto<
  J extends Jobs,
  K extends keyof J & string,
  P extends Piece<Parameters<J[K]>[0]>,
>(run: ReadRun<J, K, P>, sink: PlainSink, onPiece: (piece: P) => void): Promise<void> {
  const next = async (slot: Slot): Promise<P | undefined> => {
    const piece = await run.next(slot)
    if (piece === undefined) return undefined
    const reaches = run.threads.reaches(piece.out, piece.packed ?? piece.out)
    return { ...piece, to: reaches ? await sink.reserve?.(piece.out.length) : undefined }
  }
  await readPieces({ ...run, next }, async (piece) => {
    if (piece.to === undefined) await sink.write(piece.out)
    onPiece(piece)
  })
}
