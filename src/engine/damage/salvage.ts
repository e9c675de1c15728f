import { statSync } from 'node:fs'
import { formatNpyHeader } from '../../format/npy/index.js'
import { attempt } from '../../io-errors.js'
import { type PlaceName, placeName } from '../../place-name.js'
import { openPathSink } from '../../sinks/path.js'
import { BytesPlainSink, type PlainSink } from '../../sinks/plain.js'
import { checkReplaceableFile } from '../../sinks/replaceable.js'
import { FileSource } from '../../sources/file.js'
import type { RunOptions } from '../options.js'
import { ChunkProbe } from './probe.js'
import { planRecovery, type Recovery, type RecoveryReport } from './recover.js'
import type { RepairOptions } from './repair.js'

const ZEROS = 1 << 20

/** The `.npy` header in front of what was recovered; undefined where it is no array (any more). */
export function recoveredPrefix(r: Recovery): Uint8Array | undefined {
  return r.metadata.array === undefined ? undefined : formatNpyHeader(r.metadata.array)
}

async function writeZeros(sink: PlainSink, nbytes: number): Promise<void> {
  const zeros = new Uint8Array(Math.min(ZEROS, nbytes))
  for (let left = nbytes; left > 0; left -= zeros.length)
    await sink.write(zeros.subarray(0, Math.min(left, ZEROS)))
}

/**
 * Writes the plain bytes of what was recovered. The sink is finished, or aborted when anything fails.
 * @throws BlpkError DAMAGED or CHECKSUM where the archive was changed since
 */
export async function writeSalvaged(r: Recovery, sink: PlainSink, options: RunOptions = {}): Promise<void> {
  const probe = new ChunkProbe(r.source, { deep: true, maxChunk: r.maxChunk, signal: options.signal })
  const { checksum } = r.survey.header
  let plain = 0
  try {
    for (const { chunk, zeros } of r.pieces) {
      options.signal?.throwIfAborted()
      if (chunk === undefined) {
        await writeZeros(sink, zeros.nbytes * zeros.count)
        continue
      }
      await sink.write(await probe.decode(chunk.position, chunk.header, checksum, true))
      plain += chunk.header.nbytes
      options.onProgress?.({ plain, packed: chunk.end, total: r.report.nbytes })
    }
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw error
  }
}

/** Options of {@link salvageFile}. */
export interface SalvageOptions extends RepairOptions {
  /** Leave out the `.npy` header of an array. */
  raw?: boolean
}

/**
 * Unpacks what can be recovered of a damaged archive file: lost chunks are skipped, or become zeros. An array whose
 * whole rows are left becomes a `.npy` of them, any other data become plain bytes.
 * @returns what was kept and what is lost; the output is written in either case
 * @throws BlpkError DAMAGED where no chunk can be recovered, EXISTS, NOT_FOUND, IO; no output is left then
 */
export async function salvageFile(
  from: PlaceName,
  to: PlaceName,
  options: SalvageOptions = {},
): Promise<RecoveryReport> {
  const [input, output] = [placeName(from), placeName(to)]
  const source = new FileSource(input)
  try {
    const recovery = await planRecovery(source, options)
    const like = attempt('open', input, () => statSync(input))
    if (options.overwrite === true) await checkReplaceableFile(output, 'plain')
    const sink = await openPathSink(output, { overwrite: options.overwrite === true, like })
    const prefix = options.raw === true ? undefined : recoveredPrefix(recovery)
    await writeSalvaged(recovery, new BytesPlainSink(sink, prefix), options)
    return recovery.report
  } finally {
    source.close()
  }
}
