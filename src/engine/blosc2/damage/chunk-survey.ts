import { readdirSync } from 'node:fs'
import { unsupported } from '../../../errors.js'
import type { ChunkBytes } from '../../../format/chunk2/chunk-bytes.js'
import type { ChunkOffset, OffsetSpecial } from '../../../format/frame/offsets.js'
import { asDamage } from '../../damage/probe.js'
import { checksumError, type Digests, digestsByIndex, xxh64Of } from '../checksums.js'
import { contiguous, inDirectory } from '../frame-file.js'
import { SourceChunk } from '../source-chunk.js'
import type { Ends } from './ends.js'
import type { Piece, SoundChunk, SurveyedChunk } from './order.js'
import type { FrameProbe, Proven } from './probe.js'
import type { Walk, WalkedChunk } from './walk.js'

/** An index that was decoded. */
export interface Index {
  offsets: ChunkOffset[]
  /** Bytes of chunks in front of it. */
  cbytes: number
}

function soundChunk(open: () => ChunkBytes, { header, problem }: Omit<Proven, 'digest'>): SoundChunk {
  const { nbytes, blocksize, typesize } = header
  return { open, nbytes, blocksize, typesize, ...(problem !== undefined && { unread: problem }) }
}

/** A chunk, or what is none, with where it lies in the frame, in bytes. */
export interface PlacedPiece extends Piece {
  at: number
  end: number
}

/** Judges chunks, by the index or without one. */
export class ChunkSurvey {
  readonly #probe: FrameProbe
  readonly #ends: Ends
  readonly #digests: Digests
  /** Chunks that do not match a checksum that is itself not proved. */
  readonly doubtful: { chunk: number; offset: number | undefined }[] = []

  constructor(probe: FrameProbe, ends: Ends) {
    this.#probe = probe
    this.#ends = ends
    const layer = ends.checks?.layer
    this.#digests = layer === undefined ? () => undefined : digestsByIndex(layer)
  }

  #judge(open: () => ChunkBytes, proven: Proven): SurveyedChunk {
    const { digest, problem } = proven
    const isProved = this.#ends.checks?.sealed !== false
    if (digest === 'wrong' && isProved) return { lost: checksumError(open().place) }
    if (problem !== undefined && problem.code !== 'UNSUPPORTED') return { lost: problem }
    const sound = soundChunk(open, proven)
    return digest === 'wrong' ? { lost: checksumError(open().place), doubt: sound } : { sound }
  }

  /** Chunks that nothing but a checksum speaks against that may itself be wrong. */
  believe(chunks: SurveyedChunk[]): void {
    for (const [chunk, found] of chunks.entries()) {
      if (!('lost' in found) || found.doubt === undefined) continue
      chunks[chunk] = { sound: found.doubt }
      this.doubtful.push({ chunk, offset: found.lost.place.offset })
    }
  }

  async #at(index: number, offset: ChunkOffset, opener: Opener): Promise<SurveyedChunk> {
    if ('special' in offset) return this.special(offset)
    try {
      const open = (): ChunkBytes => opener(index, offset.at)
      return this.#judge(open, await this.#probe.prove(open(), this.#digests(index)))
    } catch (error) {
      return { lost: asDamage(error) }
    }
  }

  /** NaNs must be floats. */
  special(offset: { special: OffsetSpecial }): SurveyedChunk {
    const { typesize } = this.#ends.header
    if (offset.special !== 'nans' || typesize === 4 || typesize === 8) return offset
    return { lost: unsupported(`the chunk is of NaNs, but its items have ${typesize} bytes`) }
  }

  async byIndex({ offsets, cbytes }: Index): Promise<SurveyedChunk[]> {
    const { source, directory } = this.#probe.place
    const { header } = this.#ends
    const opener =
      header.sparse && directory !== undefined
        ? inDirectory(directory)
        : contiguous(source, header.headerBytes, cbytes, offsets)
    const chunks: SurveyedChunk[] = []
    for (const [index, offset] of offsets.entries()) chunks.push(await this.#at(index, offset, opener))
    return chunks
  }

  async #pieceOf({ at, end, ...proven }: WalkedChunk): Promise<Piece> {
    const { source } = this.#probe.place
    const open = (): ChunkBytes => new SourceChunk(source, at, end - at, { path: source.name, offset: at })
    const digest = await xxh64Of(await this.#probe.read(at, end - at))
    return { sound: soundChunk(open, proven), digest }
  }

  async pieces(walk: Walk): Promise<PlacedPiece[]> {
    const found: PlacedPiece[] = []
    for (const chunk of walk.chunks)
      found.push({ ...(await this.#pieceOf(chunk)), at: chunk.at, end: chunk.end })
    for (const { from, to, problem } of walk.gaps) found.push({ problem, at: from, end: to })
    return found.sort((a, b) => a.at - b.at)
  }

  /** The chunks of a sparse frame, whose index is lost, by the numbers of their files. */
  async filePieces(directory: string): Promise<Piece[]> {
    const names = readdirSync(directory).filter((name) => /^[0-9A-F]{8}\.chunk$/.test(name))
    const opener = inDirectory(directory)
    const pieces: Piece[] = []
    for (const name of names.sort()) {
      const open = (): ChunkBytes => opener(0, Number.parseInt(name.slice(0, 8), 16))
      try {
        const proven = await this.#probe.prove(open())
        if (proven.problem !== undefined) throw proven.problem
        const bytes = await open().fetch(0, proven.header.cbytes)
        pieces.push({ sound: soundChunk(open, proven), digest: await xxh64Of(bytes) })
      } catch (error) {
        pieces.push({ problem: asDamage(error) })
      }
    }
    return pieces
  }
}

type Opener = (index: number, at: number) => ChunkBytes
