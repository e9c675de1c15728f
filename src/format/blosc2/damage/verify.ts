// Verifies a frame: its structure, every chunk and every checksum.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { asDamage } from '../../../core/errors.js'
import { damageFinding, isSound } from '../../damage/finding.js'
import type { VerifyReport } from '../../verification.js'
import { checkedHow } from './findings.js'
import { type FrameSurveyOptions, surveyFrame } from './survey.js'

/**
 * Checks a Blosc2 frame: header, index, trailer, metalayers, an array's shape against the chunks; every chunk
 * against its checksum, where there are such of the frame as it is, and that it decompresses. Everything that is wrong
 * is reported in one run. The source is not closed.
 * @throws BlpkError for what is not about the frame: files that cannot be read, an interrupt, a pipe (USAGE)
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
