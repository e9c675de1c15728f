// Verifies an archive: its front, the positions of its chunks, and every checksum.

import type { ByteSource } from '../../bytes/byte-source.js'
import { asDamage, BlpkError, interrupted, located } from '../../core/errors.js'
import { withThreads } from '../../engine/pools.js'
import { readTasks } from '../../engine/read-run.js'
import type { Slot } from '../../engine/slot.js'
import type { Threads } from '../../engine/threads.js'
import { damageFinding, type Finding, isSound, note } from '../damage/finding.js'
import { arrayIn, lostChunks } from '../damage/lost.js'
import type { VerifyOptions, VerifyReport } from '../verification.js'
import { Archive, type ChunkPlace, entriesOf } from './archive.js'
import { jobs } from './blosc1-job.js'
import { surveyArchive } from './damage/survey.js'
import { OFFSET_BYTES } from './offsets.js'
import { type ChunkTask, placeOf, workloadOf } from './unpack.js'
import { ChunkWalk } from './walk.js'

type Problem = BlpkError | undefined

const UNUSED_PIECE = 1 << 16

/** The same with the place in its message. @throws what says nothing of the archive */
function asFinding(error: unknown): BlpkError {
  return asDamage(located(error))
}

function lostRange(archive: Archive, chunk: number, toEnd: boolean): Finding['lost'] {
  const { chunkSize, typesize } = archive.header
  if (chunkSize === undefined) return undefined
  const layout = { chunkSize, total: archive.nbytes, itemsize: typesize, array: arrayIn(archive.metadata) }
  return lostChunks(layout, chunk, toEnd ? undefined : 1)
}

/** Goes over an archive and collects what is wrong with it. */
class Verifier {
  readonly #archive: Archive
  readonly #o: VerifyOptions
  readonly findings: Finding[] = []
  sound = 0
  nchunks = 0
  /** Was there a chunk that could not be found? */
  isBroken = false

  constructor(archive: Archive, o: VerifyOptions) {
    this.#archive = archive
    this.#o = o
  }

  #report(error: BlpkError, chunk: number, toEnd: boolean): void {
    const isLost = error.place.offset !== undefined && error.code !== 'UNSUPPORTED'
    const lost = isLost ? lostRange(this.#archive, chunk, toEnd) : undefined
    this.findings.push(damageFinding(error, { chunk, ...(lost !== undefined && { lost }) }))
  }

  async run(): Promise<void> {
    const walk = new ChunkWalk(this.#archive)
    const decodes = this.#o.deep === true
    const load = await workloadOf(this.#archive, walk, this.#o, decodes)
    await withThreads(load, jobs, (threads) => this.#checkChunks(threads, walk, decodes))
    await this.#checkEnd(walk)
  }

  async #checkChunks(threads: Threads, walk: ChunkWalk, decodes: boolean): Promise<void> {
    let done = 0
    await readTasks(
      {
        threads,
        module: jobs,
        job: 'decode',
        signal: this.#o.signal,
        next: (slot) => this.#bring(walk, slot, !decodes),
        onError: asFinding,
      },
      ({ chunk, out }, result) => {
        this.#judge(chunk, typeof result === 'number' ? undefined : result)
        done += out.length
        const { nbytes } = this.#archive
        const total = nbytes === undefined ? {} : { total: nbytes }
        this.#o.onProgress?.({ plain: done, packed: this.#archive.endOf(chunk), ...total })
      },
    )
  }

  async #bring(walk: ChunkWalk, slot: Slot, checkOnly: boolean): Promise<ChunkTask | undefined> {
    const chunk = await this.#nextChunk(walk)
    if (chunk === undefined) return undefined
    const { checksum, digestBytes } = this.#archive
    const size = chunk.header.cbytes + digestBytes
    const packed = slot.packedFor(Math.max(size, chunk.header.nbytes)).subarray(0, size)
    await this.#archive.readChunk(chunk, packed)
    const params = { checksum, checkOnly, place: placeOf(this.#archive, chunk) }
    return { chunk, packed, out: slot.plain(chunk.header.nbytes), params }
  }

  /** After a chunk that cannot be found only a survey finds more. */
  async #nextChunk(walk: ChunkWalk): Promise<ChunkPlace | undefined> {
    try {
      return await walk.next()
    } catch (error) {
      this.isBroken = true
      this.#report(asFinding(error), walk.count, true)
      return undefined
    }
  }

  #judge(chunk: ChunkPlace, problem: Problem): void {
    this.nchunks++
    if (problem === undefined) this.sound++
    else this.#report(problem, chunk.index, false)
  }

  /** Entries behind those in use must be −1: an append of another tool might believe them. */
  async #checkUnused(): Promise<void> {
    const { header, offsetsAt, chunksAt, source } = this.#archive
    if (!source.seekable || header.nchunks === undefined || entriesOf(header) === 0) return
    const start = offsetsAt + header.nchunks * OFFSET_BYTES
    for (let at = start; at < chunksAt; at += UNUSED_PIECE) {
      const bytes = new Uint8Array(Math.min(UNUSED_PIECE, chunksAt - at))
      await this.#archive.readExactly(at, bytes, {})
      const wrong = bytes.findIndex((byte) => byte !== 0xff)
      if (wrong === -1) continue
      const message = `the room for more offsets is not empty at byte ${at + wrong}`
      this.findings.push(note(message, { offset: at + wrong }))
      return
    }
  }

  async #checkEnd(walk: ChunkWalk): Promise<void> {
    if (!this.isBroken) await this.#checkUnused()
    const { size } = this.#archive.source
    if (this.isBroken || size === undefined || size === walk.position) return
    const message = `${size - walk.position} bytes after the last chunk are unused (left by an append)`
    this.findings.push(note(message, { offset: walk.position }))
  }
}

/** What a survey says of an archive that cannot be read to its end. */
async function surveyed(
  source: ByteSource,
  o: VerifyOptions,
  deep: boolean,
): Promise<VerifyReport | undefined> {
  if (!source.seekable || source.size === undefined) return undefined
  try {
    const { findings, chunks, count, header } = await surveyArchive(source, { ...o, deep })
    return {
      ok: isSound(findings),
      findings,
      nchunks: count,
      sound: chunks.filter(({ unread }) => unread === undefined).length,
      checksum: header.checksum,
      deep,
    }
  } catch (error) {
    return asDamage(error) && undefined
  }
}

/** A survey must not hide what the reader stumbled over. */
function withReason(report: VerifyReport, reason: BlpkError): VerifyReport {
  return report.ok ? { ...report, ok: false, findings: [damageFinding(reason), ...report.findings] } : report
}

async function verifyFront(source: ByteSource, o: VerifyOptions): Promise<Archive | VerifyReport> {
  const deep = o.deep === true
  try {
    return await Archive.open(source, o)
  } catch (error) {
    const reason = asFinding(error)
    const report = await surveyed(source, o, deep)
    if (report !== undefined) return withReason(report, reason)
    const hint = source.seekable ? ': no chunk can be recovered' : ''
    const findings = [damageFinding(reason, { message: `${reason.message}${hint}` })]
    return { ok: false, findings, nchunks: 0, sound: 0, checksum: 'None', deep }
  }
}

/**
 * Checks an archive: header, metadata, offsets against chunks, every checksum; with `deep`
 * also that every chunk decompresses. Where a chunk cannot be found, a survey goes on after it. Everything that is
 * wrong is reported in one run. The source is not closed.
 * @throws BlpkError for what is not about the archive: files that cannot be read, an interrupt
 */
export async function verifyArchive(source: ByteSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  try {
    return await verifyAll(source, options)
  } catch (error) {
    throw interrupted(error, options.signal)
  }
}

async function verifyAll(source: ByteSource, options: VerifyOptions): Promise<VerifyReport> {
  const archive = await verifyFront(source, options)
  if (!(archive instanceof Archive)) return archive
  const deep = options.deep === true
  const verifier = new Verifier(archive, options)
  await verifier.run()
  const { findings, nchunks, sound, checksum } = { ...verifier, checksum: archive.checksum }
  const first = findings.at(-1)
  const survey = verifier.isBroken ? await surveyed(source, options, deep) : undefined
  if (survey === undefined || first === undefined)
    return { ok: isSound(findings), findings, nchunks, sound, checksum, deep }
  return withReason(survey, asError(first))
}

function asError({ code, message, chunk, offset }: Finding): BlpkError {
  return new BlpkError(code, message, {
    ...(chunk !== undefined && { chunk }),
    ...(offset !== undefined && { offset }),
  })
}
