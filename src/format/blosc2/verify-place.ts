// Verifies a frame in any place. A pipe goes into a file first, because a frame is described at its end.

import { holdSource } from '../../sources/held.js'
import type { OpenPlace } from '../opened.js'
import type { VerifyOptions, VerifyReport } from '../verification.js'
import { verifyFrame } from './damage/verify.js'

export async function verifyFrameAt(
  { source, directory }: OpenPlace,
  options: VerifyOptions,
): Promise<VerifyReport> {
  if (source.seekable) return verifyFrame(source, { ...options, directory })
  const held = await holdSource(source)
  try {
    return await verifyFrame(held, { ...options, directory })
  } finally {
    await held.close()
  }
}
