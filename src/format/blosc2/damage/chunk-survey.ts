// Checks the chunks of a damaged frame, by its index or without one.

import { readdirSync } from 'node:fs'
import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import { asDamage, damaged } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { checksumError, type Digests, digestsByIndex, xxh64Of } from '../../chunks/checksums.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import type { ChunkOffset, OffsetSpecial } from '../../frame/offsets.js'
import { chunkEnds, contiguous, inDirectory } from '../chunks/frame-file.js'
import type { Ends } from './ends.js'
import type { SoundChunk, SurveyedChunk, UnindexedChunk } from './order.js'
import type { FrameProbe } from './probe.js'
import { proveChunks, type StoredPlace } from './proof.js'
import type { Proven } from './prove.js'
import type { Walk, WalkedChunk } from './walk.js'

/** A decoded index. */
export interface Index {
  offsets: ChunkOffset[]
  /** Bytes of chunks in front of it. */
  cbytes: number
}

type Open = SoundChunk['open']

function soundChunk(open: Open, { header, problem }: Omit<Proven, 'digest'>): SoundChunk {
  const { nbytes, blocksize, typesize } = header
  return { open, nbytes, blocksize, typesize, ...(problem !== undefined && { unread: problem }) }
}

/** Chunks are mostly like the previous one. */
function sharing(open: Open): (like: Omit<SoundChunk, 'open' | 'unread'>) => { sound: SoundChunk } {
  let last: { sound: SoundChunk } | undefined
  return ({ nbytes, blocksize, typesize }) => {
    const { sound } = last ?? {}
    const isSame = sound?.nbytes === nbytes && sound.blocksize === blocksize && sound.typesize === typesize
    last = isSame && last !== undefined ? last : { sound: { open, nbytes, blocksize, typesize } }
    return last
  }
}

const PENDING: SurveyedChunk = { lost: damaged('the chunk was not checked') }

/** A chunk or a gap, with its position in the frame, in bytes. */
export interface LocatedChunk extends UnindexedChunk {
  at: number
  end: number
}

/** Judges chunks, with or without an index. */
export class ChunkSurvey {
  readonly #probe: FrameProbe
  readonly #ends: Ends
  readonly #digests: Digests
  /** Chunks that do not match a checksum that may itself be wrong. */
  readonly doubtful: { chunk: number; offset: number | undefined }[] = []

  /** One object for all such chunks: an index of a hundred bytes can name a million. */
  #noFloats: SurveyedChunk | undefined

  constructor(probe: FrameProbe, ends: Ends) {
    this.#probe = probe
    this.#ends = ends
    const layer = ends.checks?.layer
    this.#digests = layer === undefined ? () => undefined : digestsByIndex(layer)
  }

  #judge(index: number, open: Open, proven: Proven): SurveyedChunk {
    const { digest, problem } = proven
    const isProved = this.#ends.checks?.sealed !== false
    if (digest === 'wrong' && isProved) return { lost: checksumError(open(index).place) }
    if (problem !== undefined && problem.code !== 'UNSUPPORTED') return { lost: problem }
    // Nothing supports a chunk that neither matches its checksum nor decompresses.
    if (digest === 'wrong' && problem !== undefined) return { lost: checksumError(open(index).place) }
    const sound = soundChunk(open, proven)
    return digest === 'wrong' ? { lost: checksumError(open(index).place), doubt: sound } : { sound }
  }

  /** Chunks whose only fault is a checksum that may itself be wrong. */
  believe(chunks: SurveyedChunk[]): void {
    for (const [chunk, found] of chunks.entries()) {
      if (!('lost' in found) || found.doubt === undefined) continue
      chunks[chunk] = { sound: found.doubt }
      this.doubtful.push({ chunk, offset: found.lost.place.offset })
    }
  }

  /** Checks a single chunk. */
  async #at(index: number, open: Open): Promise<SurveyedChunk> {
    try {
      return this.#judge(index, open, await this.#probe.prove(open(index), this.#digests(index)))
    } catch (error) {
      return { lost: asDamage(error) }
    }
  }

  /** NaNs must be floats. */
  special(offset: { special: OffsetSpecial }): SurveyedChunk {
    const { typesize } = this.#ends.header
    if (offset.special !== 'nans' || typesize === 4 || typesize === 8) return offset
    this.#noFloats ??= { lost: damaged(`the chunk is all NaN, but its items have ${typesize} bytes`) }
    return this.#noFloats
  }

  async byIndex({ offsets, cbytes }: Index, o: RunOptions): Promise<SurveyedChunk[]> {
    const { source, directory } = this.#probe.place
    const { header } = this.#ends
    const isSparse = header.sparse && directory !== undefined
    const first = isSparse ? 0 : header.headerBytes
    const endOf = chunkEnds(offsets, cbytes)
    const opener = isSparse ? inDirectory(directory) : contiguous(source, first, endOf)
    const open: Open = (index) => {
      const offset = offsets[index]
      if (offset === undefined || 'special' in offset) throw damaged(`chunk ${index} is not stored`)
      return opener(index, offset.at)
    }
    const chunks = offsets.map((offset) => ('special' in offset ? this.special(offset) : PENDING))
    function* places(): Generator<StoredPlace> {
      for (const [index, offset] of offsets.entries()) {
        if ('special' in offset) continue
        const at = first + offset.at
        // An index may point far past the end of the file.
        const end = isSparse ? 0 : Math.max(at, Math.min(first + endOf(offset.at), source.size))
        yield { index, at, end }
      }
    }
    const place = {
      source,
      directory: isSparse ? directory : undefined,
      header,
      traits: this.#probe.proofTraits,
      digests: this.#digests,
    }
    const share = sharing(open)
    await proveChunks(place, { count: offsets.length, places }, o, async ({ index }, sound) => {
      chunks[index] = sound === undefined ? await this.#at(index, open) : share(sound)
    })
    return chunks
  }

  async #unindexedOf({ at, end, ...proven }: WalkedChunk): Promise<UnindexedChunk> {
    const { source } = this.#probe.place
    const open = (): ChunkBytes => new SourceChunk(source, at, end - at, { path: source.name, offset: at })
    const digest = await xxh64Of(await this.#probe.read(at, end - at))
    return { sound: soundChunk(open, proven), digest }
  }

  async unindexed(walk: Walk): Promise<LocatedChunk[]> {
    const found: LocatedChunk[] = []
    for (const chunk of walk.chunks)
      found.push({ ...(await this.#unindexedOf(chunk)), at: chunk.at, end: chunk.end })
    for (const { from, to, problem } of walk.gaps) found.push({ problem, at: from, end: to })
    return found.sort((a, b) => a.at - b.at)
  }

  /** The chunks of a sparse frame whose index is lost, by their file numbers. */
  async unindexedFiles(directory: string): Promise<UnindexedChunk[]> {
    const names = readdirSync(directory).filter((name) => /^[0-9A-F]{8}\.chunk$/.test(name))
    const opener = inDirectory(directory)
    const unindexed: UnindexedChunk[] = []
    for (const name of names.sort()) {
      const open = (): ChunkBytes => opener(0, Number.parseInt(name.slice(0, 8), 16))
      try {
        const proven = await this.#probe.prove(open())
        if (proven.problem !== undefined) throw proven.problem
        const bytes = await open().fetch(0, proven.header.cbytes)
        unindexed.push({ sound: soundChunk(open, proven), digest: await xxh64Of(bytes) })
      } catch (error) {
        unindexed.push({ problem: asDamage(error) })
      }
    }
    return unindexed
  }
}
