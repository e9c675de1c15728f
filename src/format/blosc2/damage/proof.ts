import type { ByteSource } from '../../../bytes/byte-source.js'
import type { FilePlace } from '../../../bytes/file-place.js'
import { namedCodec } from '../../../chunk/blosc2/params.js'
import { type ChunkCode, codeOf } from '../../../chunk/blosc2/portable.js'
import { portableTraits } from '../../../core/schunk-traits.js'
import { inOrder } from '../../../engine/in-order.js'
import type { RunOptions } from '../../../engine/options.js'
import { threadsFor, withPool } from '../../../engine/pools.js'
import type { Slot } from '../../../engine/slot.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { prepareModules } from '../chunks/blosc2-job.js'
import type { Digests } from '../chunks/checksums.js'
import type { FrameHeader } from '../frame/header.js'
import { jobs } from './proof-job.js'
import { type ProofRun, proveRun, RECORD_WORDS, readRecord } from './proof-run.js'
import type { ProofTraits } from './prove.js'

/** Chunks of a run together, in bytes, if there is more than one; and how many there are at most. */
const RUN_BYTES = 1 << 20
const RUN_CHUNKS = 1 << 12
/** What a chunk costs besides its bytes, as plain bytes that a thread decodes meanwhile. */
const CHUNK_COST = 10_000

/** A stored chunk of the index. */
export interface StoredPlace {
  index: number
  /** In the source, in bytes; in a sparse frame the number of its file. */
  at: number
  /** Where it may end at most. */
  end: number
}

/** Where chunks are proved. */
export interface ProofPlace {
  source: ByteSource
  directory: string | undefined
  header: FrameHeader
  traits: ProofTraits
  digests: Digests
}

/** A chunk that was looked at; `sound` says what it is, if nothing is wrong with it. */
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

function proofRun({ places, digests }: Run, place: ProofPlace): ProofRun {
  const { traits, directory, header } = place
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

/** Where a worker reads the run by itself, in a file. */
function fileOf({ source, directory }: ProofPlace, { places }: Run): FilePlace | undefined {
  const [position, end] = [places[0]?.at ?? 0, places.at(-1)?.end ?? 0]
  const { fd, name } = source
  if (fd === undefined) return undefined
  const reaches = directory !== undefined || source.inFile?.(position, end - position) !== false
  return reaches ? { fd, position, name } : undefined
}

/** What most of the chunks need; the others are looked at by themselves, if that does not do. */
function codeFor(header: FrameHeader): ChunkCode {
  return codeOf(namedCodec(header), header.filters)
}

function speedOf(header: FrameHeader): number {
  return namedCodec(header)?.traits.speed.decompress ?? 1000
}

class Proof {
  readonly #place: ProofPlace
  readonly #take: TakeProof
  readonly #o: RunOptions
  #plain = 0

  constructor(place: ProofPlace, take: TakeProof, o: RunOptions) {
    this.#place = place
    this.#take = take
    this.#o = o
  }

  async #done({ places }: Run, records: Uint32Array, plain: number): Promise<void> {
    for (const [i, place] of places.entries()) await this.#take(place, readRecord(records, i))
    this.#plain += plain
    const { nbytes } = this.#place.header
    this.#o.onProgress?.({ plain: this.#plain, packed: places.at(-1)?.end ?? 0, total: nbytes })
  }

  #prove(ws: Workspace, run: Run, records: Uint32Array): Promise<number> {
    return proveRun(ws, proofRun(run, this.#place), this.#place.source, run.places[0]?.at ?? 0, records)
  }

  async here(runs: Iterator<Run>): Promise<void> {
    const records = new Uint32Array(RECORD_WORDS * RUN_CHUNKS)
    await withWorkspace((ws) =>
      inOrder<Uint32Array, Run, number>({
        slots: [records],
        signal: this.#o.signal,
        next: async () => runs.next().value,
        work: (_slot, run) => this.#prove(ws, run, records),
        done: async (_slot, run, plain) => {
          await this.#done(run, records, plain)
          return undefined
        },
      }),
    )
  }

  async there(threads: number, runs: Iterator<Run>): Promise<void> {
    prepareModules(codeFor(this.#place.header).modules)
    const nbytes = 4 * RECORD_WORDS * RUN_CHUNKS
    const recordsOf = (slot: Slot): Uint32Array => {
      const bytes = slot.plain(nbytes)
      return new Uint32Array(bytes.buffer, bytes.byteOffset, nbytes / 4)
    }
    await withPool({ threads, slotBytes: nbytes, module: jobs }, (pool, slots) =>
      inOrder<Slot, Run, number>({
        slots,
        signal: this.#o.signal,
        next: async () => runs.next().value,
        work: async (slot, run) => {
          const from = fileOf(this.#place, run)
          if (from === undefined) return withWorkspace((ws) => this.#prove(ws, run, recordsOf(slot)))
          return pool.run(jobs, 'prove', { ...proofRun(run, this.#place), from }, slot.plain(nbytes))
        },
        done: async (slot, run, plain) => {
          await this.#done(run, recordsOf(slot), plain)
          return undefined
        },
      }),
    )
  }
}

/**
 * Proves chunks in the order of the index, in the calling thread or in as many as are worth it: runs of small chunks
 * that lie one behind the other in one go.
 * @param take is told of each chunk in turn
 * @throws what `take` throws; IO; the signal's reason
 */
export async function proveChunks(
  place: ProofPlace,
  stored: { count: number; places: () => Iterable<StoredPlace> },
  o: RunOptions,
  take: TakeProof,
): Promise<void> {
  const { source, header } = place
  const runs = runsOf(stored.places(), place.digests)
  const load = {
    threads: o.threads,
    pieces: Math.ceil(Math.max(header.cbytes / RUN_BYTES, stored.count / RUN_CHUNKS)),
    nbytes: header.nbytes + stored.count * CHUNK_COST,
    speed: speedOf(header),
    slotBytes: 4 * RECORD_WORDS * RUN_CHUNKS,
  }
  const threads = source.fd !== undefined && codeFor(header).threads ? threadsFor(load) : 0
  const proof = new Proof(place, take, o)
  if (threads === 0) await proof.here(runs)
  else await proof.there(threads, runs)
}
