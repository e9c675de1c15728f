// Verifies a frame: its structure, every chunk and every checksum.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { asDamage } from '../../../core/errors.js'
import { damageFinding, isSound } from '../../damage/finding.js'
import type { VerifyReport } from '../../verification.js'
import { checkedHow } from './findings.js'
import { type FrameSurveyOptions, surveyFrame } from './survey.js'

/**
 * Verifies a Blosc2 frame: header, index, trailer, metalayers, and an array's shape against the chunks; that
 * every chunk matches its checksum (if up to date) and decompresses. Reports all problems. The source is not
 * closed.
 * @throws BlpkError for problems not of the frame itself: unreadable files, an interrupt, a pipe (USAGE)
 */
export async function verifyFrame(
  source: ByteSource,
  options: FrameSurveyOptions = {},
): Promise<VerifyReport> {
  try {
    const { findings, chunks, ends } = await surveyFrame(source, options)
    let sound = 0
    for (const chunk of chunks.chunks) if (!('lost' in chunk)) sound++
    return {
      ok: isSound(findings),
      findings,
      nchunks: chunks.chunks.length,
      sound,
      checksum: checkedHow(ends),
      deep: true,
    }
  } catch (error) {
    const findings = [damageFinding(asDamage(error))]
    return { ok: false, findings, nchunks: 0, sound: 0, checksum: 'None', deep: true }
  }
}
