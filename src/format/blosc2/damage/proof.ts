// Proves the chunks of a frame, in threads or in the calling thread.

import type { ByteSource } from '../../../bytes/byte-source.js'
import type { FilePlace } from '../../../bytes/file-place.js'
import { namedCodec } from '../../../chunk/blosc2/params.js'
import { type ChunkCode, codeOf } from '../../../chunk/blosc2/portable.js'
import { portableTraits } from '../../../core/schunk-traits.js'
import type { RunOptions } from '../../../engine/options.js'
import { withThreads } from '../../../engine/pools.js'
import { type ReadTask, readTasks } from '../../../engine/read-run.js'
import type { Threads } from '../../../engine/threads.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import { prepareModules } from '../../chunks/blosc2-job.js'
import type { Digests } from '../../chunks/checksums.js'
import type { FrameHeader } from '../../frame/header.js'
import { jobs } from './proof-job.js'
import { type ProofRun, proveRun, RECORD_WORDS, readRecord } from './proof-run.js'
import type { ProofTraits } from './prove.js'

/** Maximum total size of a run in bytes, if it has more than one chunk; and maximum number of chunks. */
const RUN_BYTES = 1 << 20
const RUN_CHUNKS = 1 << 12
/** Overhead of a chunk, as plain bytes that a thread decodes in that time. */
const CHUNK_COST = 10_000

/** A stored chunk in the index. */
export interface StoredPlace {
  index: number
  /** Position in the source, in bytes; in a sparse frame, the number of its file. */
  at: number
  /** Latest possible end. */
  end: number
}

/** How chunks are proved. */
export interface ProofPlace {
  source: ByteSource
  directory: string | undefined
  header: FrameHeader
  traits: ProofTraits
  digests: Digests
}

/** An examined chunk; `sound` describes it, if nothing is wrong. */
export type TakeProof = (place: StoredPlace, sound: ReturnType<typeof readRecord>) => Promise<void>

/** Chunks of a run; all of them have digests, or none. */
interface Run {
  places: StoredPlace[]
  digests: Uint8Array[]
}

function joins({ places, digests }: Run, next: StoredPlace, digest: Uint8Array | undefined): boolean {
  const [first, last] = [places[0], places.at(-1)]
  if (first === undefined || last === undefined) return true
  const follows = next.at === last.end && next.end - first.at <= RUN_BYTES
  return follows && places.length < RUN_CHUNKS && digests.length > 0 === (digest !== undefined)
}

function* runsOf(places: Iterable<StoredPlace>, digests: Digests): Generator<Run> {
  let run: Run = { places: [], digests: [] }
  for (const place of places) {
    const digest = digests(place.index)
    if (!joins(run, place, digest)) {
      yield run
      run = { places: [], digests: [] }
    }
    run.places.push(place)
    if (digest !== undefined) run.digests.push(digest)
  }
  if (run.places.length > 0) yield run
}

function proofRun({ places, digests }: Run, { traits, directory, header }: ProofPlace): ProofRun {
  const { modules } = codeFor(header)
  const first = directory === undefined ? (places[0]?.at ?? 0) : 0
  return {
    traits: { ...traits, schunk: portableTraits(traits.schunk, modules.length > 0) },
    starts: places.map(({ at }) => at - first),
    end: (places.at(-1)?.end ?? 0) - first,
    digests: digests.length === 0 ? undefined : Buffer.concat(digests),
    directory,
  }
}

/** Position of the run in a file that a worker can read. */
function fileOf({ source, directory }: ProofPlace, { places }: Run): FilePlace | undefined {
  const [position, end] = [places[0]?.at ?? 0, places.at(-1)?.end ?? 0]
  const { fd, name } = source
  if (fd === undefined) return undefined
  const reaches = directory !== undefined || source.inFile?.(position, end - position) !== false
  return reaches ? { fd, position, name } : undefined
}

/** What most of the chunks need; the others are examined separately, if that fails. */
function codeFor(header: FrameHeader): ChunkCode {
  return codeOf(namedCodec(header), header.filters)
}

function speedOf(header: FrameHeader): number {
  return namedCodec(header)?.traits.speed.decompress ?? 1000
}

const RECORDS_BYTES = 4 * RECORD_WORDS * RUN_CHUNKS

/** A run in a slot; `out` holds the records of its chunks. */
interface RunTask extends ReadTask<ProofRun & { from: FilePlace }> {
  run: Run
  /** Plain bytes, if already proved. */
  proved: number
}

function wordsOf({ buffer, byteOffset, length }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4)
}

/** Proves a run in the calling thread, if a worker cannot read it. */
async function bringRun(place: ProofPlace, run: Run, out: Uint8Array, threads: Threads): Promise<RunTask> {
  const from = threads.isAlone ? undefined : fileOf(place, run)
  const params = proofRun(run, place)
  if (from !== undefined) return { run, out, params: { ...params, from }, proved: 0 }
  const at = run.places[0]?.at ?? 0
  const proved = await withWorkspace((ws) => proveRun(ws, params, place.source, at, wordsOf(out)))
  return { run, out, params: undefined, proved }
}

async function proveRuns(
  place: ProofPlace,
  runs: Iterator<Run>,
  threads: Threads,
  take: TakeProof,
  { signal, onProgress }: RunOptions,
): Promise<void> {
  let plain = 0
  await readTasks(
    {
      threads,
      module: jobs,
      job: 'prove',
      signal,
      next: async (slot): Promise<RunTask | undefined> => {
        const run: Run | undefined = runs.next().value
        return run && bringRun(place, run, slot.plain(RECORDS_BYTES), threads)
      },
    },
    async ({ run, out, proved }, there) => {
      const records = wordsOf(out)
      for (const [i, one] of run.places.entries()) await take(one, readRecord(records, i))
      plain += proved + there
      onProgress?.({ plain, packed: run.places.at(-1)?.end ?? 0, total: place.header.nbytes })
    },
  )
}

/**
 * Proves chunks in the order of the index, in the calling thread or in as many threads as pay off. Small
 * consecutive chunks are grouped into runs.
 * @param take called with each chunk in order
 * @throws errors of `take`; IO; the signal's reason
 */
export async function proveChunks(
  place: ProofPlace,
  stored: { count: number; places: () => Iterable<StoredPlace> },
  o: RunOptions,
  take: TakeProof,
): Promise<void> {
  const { source, header } = place
  const runs = runsOf(stored.places(), place.digests)
  const code = codeFor(header)
  const mayHelp = source.fd !== undefined && code.threads
  if (mayHelp) prepareModules(code.modules)
  const load = {
    threads: o.threads,
    callerWorks: o.callerWorks,
    jobs: Math.ceil(Math.max(header.cbytes / RUN_BYTES, stored.count / RUN_CHUNKS)),
    nbytes: header.nbytes + stored.count * CHUNK_COST,
    speed: speedOf(header),
    slot: { plain: RECORDS_BYTES, packed: 0 },
    jobBytes: Math.max(header.chunksize, RUN_BYTES),
  }
  await withThreads(mayHelp ? load : undefined, jobs, (threads) => proveRuns(place, runs, threads, take, o))
}
