// Writing the plain bytes of what is left of a damaged archive.

import { statSync } from 'node:fs'
import { formatNpyHeader } from '../../../array/npy/index.js'
import { damaged, interrupted } from '../../../core/errors.js'
import { attempt } from '../../../core/io-errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import type { From } from '../../../engine/fill.js'
import type { RunOptions } from '../../../engine/options.js'
import { withThreads } from '../../../engine/pools.js'
import { type Piece, readPieces } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import type { Threads } from '../../../engine/threads.js'
import { openPathSink } from '../../../sinks/path.js'
import { BytesPlainSink, type PlainSink } from '../../../sinks/plain.js'
import { checkReplaceableFile } from '../../../sinks/replaceable.js'
import { FileSource } from '../../../sources/file.js'
import type { RecoveryReport } from '../../recovery.js'
import { type DecodeParams, jobs } from '../blosc1-job.js'
import { codecOf, readLoad } from '../unpack.js'
import { loadChunk } from './load-chunk.js'
import type { NumberedChunk } from './number.js'
import { planRecovery, type Recovery } from './recover.js'
import type { RepairOptions } from './repair.js'

const ZEROS = 1 << 20

/** The `.npy` header in front of what was recovered; undefined where it is no array (any more). */
export function recoveredPrefix(r: Recovery): Uint8Array | undefined {
  return r.metadata.array === undefined ? undefined : formatNpyHeader(r.metadata.array)
}

/** What is written in one go: a chunk, or so many zeros. */
type Step = { chunk: NumberedChunk; nbytes: number } | { chunk?: undefined; nbytes: number }

function* stepsOf({ pieces }: Recovery): Generator<Step> {
  for (const { chunk, zeros } of pieces) {
    if (chunk !== undefined) {
      yield { chunk, nbytes: chunk.header.nbytes }
      continue
    }
    for (let left = zeros.nbytes * zeros.count; left > 0; left -= ZEROS)
      yield { nbytes: Math.min(left, ZEROS) }
  }
}

interface StepPiece extends Piece<DecodeParams & From> {
  step: Step
}

async function pieceFor(r: Recovery, threads: Threads, slot: Slot, step: Step): Promise<StepPiece> {
  const { chunk, nbytes } = step
  if (chunk === undefined) return { step, out: slot.plain(nbytes).fill(0), params: undefined }
  const loaded = await loadChunk(threads, slot, r.source, chunk)
  const { position: offset } = chunk
  if (loaded === undefined) throw damaged(`the archive ends within the chunk at byte ${offset}`, { offset })
  const { from, packed, out } = loaded
  return { step, out, packed, params: { checksum: r.survey.header.checksum, place: { offset }, from } }
}

async function writeSteps(r: Recovery, sink: PlainSink, o: RunOptions, threads: Threads): Promise<void> {
  const steps = stepsOf(r)
  let written = 0
  await readPieces(
    {
      threads,
      module: jobs,
      job: 'decode',
      signal: o.signal,
      next: async (slot): Promise<StepPiece | undefined> => {
        const step: Step | undefined = steps.next().value
        if (step === undefined) return undefined
        const piece = await pieceFor(r, threads, slot, step)
        const reaches = threads.reaches(piece.out, piece.packed ?? piece.out)
        return { ...piece, to: reaches ? await sink.reserve?.(step.nbytes) : undefined }
      },
    },
    async ({ step, out, to }) => {
      if (to === undefined) await sink.write(out)
      written += step.nbytes
      const packed = step.chunk?.end
      if (packed !== undefined) o.onProgress?.({ plain: written, packed, total: r.report.nbytes })
    },
  )
}

/**
 * Writes the plain bytes of what was recovered. The sink is finished, or aborted when anything fails.
 * @throws BlpkError DAMAGED or CHECKSUM where the archive was changed since
 */
export async function writeSalvaged(r: Recovery, sink: PlainSink, options: RunOptions = {}): Promise<void> {
  const { header, chunks } = r.survey
  const load = readLoad(header.chunkSize, chunks.length, codecOf(chunks[0]?.header), options)
  try {
    await withThreads(load, jobs, (threads) => writeSteps(r, sink, options, threads))
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw interrupted(error, options.signal)
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
 * @throws BlpkError DAMAGED where no chunk can be recovered, UNSUPPORTED where one has an unknown codec, EXISTS, NOT_FOUND, IO; no output is left then
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
