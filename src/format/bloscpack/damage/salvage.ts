import { statSync } from 'node:fs'
import { formatNpyHeader } from '../../../array/npy/index.js'
import type { ChecksumName } from '../../../chunk/checksums.js'
import { damaged, interrupted } from '../../../core/errors.js'
import { attempt } from '../../../core/io-errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import { inOrder } from '../../../engine/in-order.js'
import type { RunOptions } from '../../../engine/options.js'
import type { Slot } from '../../../engine/slot.js'
import { ThreadPool } from '../../../engine/thread-pool.js'
import { openPathSink } from '../../../sinks/path.js'
import { BytesPlainSink, type PlainSink } from '../../../sinks/plain.js'
import { checkReplaceableFile } from '../../../sinks/replaceable.js'
import { FileSource } from '../../../sources/file.js'
import { jobs } from '../blosc1-job.js'
import { decodeChunkIn, type FilePlaces } from '../chunk-work.js'
import { codecOf } from '../unpack.js'
import { loadChunk } from './load-chunk.js'
import type { NumberedChunk } from './number.js'
import { planRecovery, type Recovery, type RecoveryReport } from './recover.js'
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

interface Job {
  step: Step
  plain: Uint8Array
  packed: Uint8Array
  files: FilePlaces
}

async function jobFor(r: Recovery, pool: ThreadPool, slot: Slot, step: Step): Promise<Job> {
  const { chunk, nbytes } = step
  if (chunk === undefined) {
    const plain = slot.plain(nbytes).fill(0)
    return { step, plain, packed: plain, files: {} }
  }
  const loaded = await loadChunk(pool, slot, r.source, chunk)
  if (loaded !== undefined) return { step, ...loaded, files: { from: loaded.from } }
  throw damaged(`the archive ends within the chunk at byte ${chunk.position}`, { offset: chunk.position })
}

async function work(
  pool: ThreadPool,
  checksum: ChecksumName,
  { step, plain, packed, files }: Job,
): Promise<void> {
  if (step.chunk !== undefined)
    await decodeChunkIn(pool, { checksum, place: { offset: step.chunk.position } }, packed, plain, files)
  else if (files.to !== undefined) await pool.write(files.to, plain)
}

async function writeSteps(r: Recovery, sink: PlainSink, o: RunOptions, pool: ThreadPool): Promise<void> {
  const steps = stepsOf(r)
  let written = 0
  await inOrder<Slot, Job, void>({
    slots: pool.slots,
    signal: o.signal,
    next: async (slot) => {
      const step: Step | undefined = steps.next().value
      if (step === undefined) return undefined
      const job = await jobFor(r, pool, slot, step)
      const to = pool.reaches(job.plain, job.packed) ? await sink.reserve?.(step.nbytes) : undefined
      return { ...job, files: { ...job.files, to } }
    },
    work: (_slot, job) => work(pool, r.survey.header.checksum, job),
    done: async (_slot, { step, plain, files }) => {
      if (files.to === undefined) await sink.write(plain)
      written += step.nbytes
      const packed = step.chunk?.end
      if (packed !== undefined) o.onProgress?.({ plain: written, packed, total: r.report.nbytes })
      return undefined
    },
  })
}

/**
 * Writes the plain bytes of what was recovered. The sink is finished, or aborted when anything fails.
 * @throws BlpkError DAMAGED or CHECKSUM where the archive was changed since
 */
export async function writeSalvaged(r: Recovery, sink: PlainSink, options: RunOptions = {}): Promise<void> {
  const { header, chunks } = r.survey
  let pool: ThreadPool | undefined
  try {
    pool = new ThreadPool({
      modules: [jobs],
      threads: options.threads,
      callerWorks: options.callerWorks,
      chunkBytes: header.chunkSize,
      nchunks: chunks.length,
      codec: codecOf(chunks[0]?.header),
      work: 'decompress',
    })
    await writeSteps(r, sink, options, pool)
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw interrupted(error, options.signal)
  } finally {
    await pool?.end()
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
