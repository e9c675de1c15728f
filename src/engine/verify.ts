import { BlpkError, type ErrorCode } from '../errors.js'
import type { ByteSource } from '../sources/byte-source.js'
import type { PlainSource } from '../sources/plain.js'
import { Archive, type ChunkPlace } from './archive.js'
import { inOrder } from './in-order.js'
import type { RunOptions } from './options.js'
import { interrupted } from './pack.js'
import { crewFor, located, placeOf } from './unpack.js'
import { ChunkWalk } from './walk.js'

/** Something that is wrong with an archive, or worth knowing. */
export interface Finding {
  /** `damage` makes the archive count as damaged, `note` does not. */
  level: 'damage' | 'note'
  code: ErrorCode
  message: string
  /** Index of the chunk, from 0. */
  chunk?: number
  /** Position in the archive, in bytes. */
  offset?: number
  /** Plain bytes that are lost: from `start`, up to `stop` where it is known. */
  lost?: { start: number; stop?: number }
}

export interface VerifyOptions extends RunOptions {
  /** Decompress every chunk too; by default only structure and checksums are checked. */
  deep?: boolean
  /** Plain bytes that the archive must decompress to. */
  against?: PlainSource
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
}

/** What a verification found. */
export interface VerifyReport {
  /** No finding is damage. */
  ok: boolean
  findings: Finding[]
  /** Chunks that were looked at. */
  nchunks: number
  /** Of them, those that are sound. */
  sound: number
  /** Name of the checksum; `None` means that nothing but the structure could be checked without `deep`. */
  checksum: string
  deep: boolean
}

type Problem = BlpkError | undefined

/** Errors that say something of the archive, as against those of the machine. */
function asFinding(error: unknown): BlpkError {
  const place = located(error)
  if (place instanceof BlpkError && ['DAMAGED', 'CHECKSUM', 'UNSUPPORTED'].includes(place.code)) return place
  throw error
}

function lostRange(archive: Archive, chunk: number, toEnd: boolean): Finding['lost'] {
  const { chunkSize } = archive.header
  if (chunkSize === undefined) return undefined
  const start = chunk * chunkSize
  const total = archive.nbytes
  const stop = toEnd || total === undefined ? total : Math.min(start + chunkSize, total)
  return stop === undefined ? { start } : { start, stop }
}

/** Goes over an archive and collects what is wrong with it. */
class Verifier {
  readonly #archive: Archive
  readonly #o: VerifyOptions
  readonly findings: Finding[] = []
  sound = 0
  nchunks = 0

  constructor(archive: Archive, o: VerifyOptions) {
    this.#archive = archive
    this.#o = o
  }

  #report(error: BlpkError, chunk: number, toEnd: boolean): void {
    const lost = lostRange(this.#archive, chunk, toEnd)
    const { offset } = error.place
    this.findings.push({
      level: 'damage',
      code: error.code,
      message: error.message,
      chunk,
      ...(offset !== undefined && { offset }),
      ...(lost !== undefined && { lost }),
    })
  }

  async run(): Promise<void> {
    const walk = new ChunkWalk(this.#archive)
    const decodes = this.#o.deep === true || this.#o.against !== undefined
    const crew = await crewFor(this.#archive, walk, this.#o, decodes)
    const digestBytes = this.#archive.digestBytes
    let done = 0
    try {
      await inOrder({
        slots: crew.slots,
        signal: this.#o.signal,
        next: async (slot) => {
          const chunk = await this.#nextChunk(walk)
          if (chunk === undefined) return undefined
          const size = chunk.header.cbytes + digestBytes
          const packed = slot.packedFor(Math.max(size, chunk.header.nbytes)).subarray(0, size)
          await this.#archive.readChunk(chunk, packed)
          return { chunk, packed, plain: slot.plain(chunk.header.nbytes) }
        },
        work: async (_slot, item): Promise<Problem> => {
          const place = placeOf(this.#archive, item.chunk)
          const params = { checksum: this.#archive.checksum, checkOnly: !decodes, place }
          return crew.decode(params, item.packed, item.plain).then(() => undefined, asFinding)
        },
        done: async (_slot, item, problem) => {
          await this.#judge(item.chunk, problem ?? (await this.#compare(item.plain)))
          done += item.plain.length
          this.#o.onProgress?.({ plain: done, packed: this.#archive.endOf(item.chunk) })
          return undefined
        },
      })
    } finally {
      await crew.dismiss()
    }
    await this.#checkEnd(walk)
  }

  /** Behind a chunk that cannot be found there is nothing that could be checked. */
  async #nextChunk(walk: ChunkWalk): Promise<ChunkPlace | undefined> {
    try {
      return await walk.next()
    } catch (error) {
      this.#report(asFinding(error), walk.count, true)
      return undefined
    }
  }

  #judge(chunk: ChunkPlace, problem: Problem): void {
    this.nchunks++
    if (problem === undefined) this.sound++
    else this.#report(problem, chunk.index, false)
  }

  async #compare(plain: Uint8Array): Promise<Problem> {
    const { against } = this.#o
    if (against === undefined) return undefined
    const other = new Uint8Array(plain.length)
    const n = await against.read(other)
    if (n === plain.length && Buffer.compare(plain, other) === 0) return undefined
    return new BlpkError('DAMAGED', `chunk ${this.nchunks}: the data differ from '${against.name}'`)
  }

  async #checkEnd(walk: ChunkWalk): Promise<void> {
    const { against } = this.#o
    if (against !== undefined && this.findings.length === 0 && (await against.read(new Uint8Array(1))) > 0) {
      this.findings.push({
        level: 'damage',
        code: 'DAMAGED',
        message: `'${against.name}' has more data than the archive`,
      })
    }
    const { size } = this.#archive.source
    if (this.findings.length > 0 || size === undefined || size === walk.position) return
    const message = `${size - walk.position} bytes behind the last chunk belong to nothing (left by an append)`
    this.findings.push({ level: 'note', code: 'DAMAGED', message, offset: walk.position })
  }
}

/**
 * Checks an archive: header, metadata, offsets against chunks, every checksum; with `deep` or `against`
 * also that every chunk decompresses. The source is not closed.
 * @throws BlpkError for what is not about the archive: files that cannot be read, an interrupt
 */
export async function verifyArchive(source: ByteSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  const deep = options.deep === true || options.against !== undefined
  let archive: Archive
  try {
    archive = await Archive.open(source, options)
  } catch (error) {
    const { code, message, place } = asFinding(error)
    const finding: Finding = {
      level: 'damage',
      code,
      message,
      ...(place.offset !== undefined && { offset: place.offset }),
    }
    return { ok: false, findings: [finding], nchunks: 0, sound: 0, checksum: 'None', deep }
  }
  const verifier = new Verifier(archive, options)
  try {
    await verifier.run()
  } catch (error) {
    throw interrupted(error, options.signal)
  }
  const { findings, nchunks, sound } = verifier
  const ok = findings.every((finding) => finding.level === 'note')
  return { ok, findings, nchunks, sound, checksum: archive.checksum, deep }
}
