// What `info` shows of an archive, from its front or from a walk over its chunks.

import { type Facts, type FactsOptions, headAndMore } from '../facts.js'
import type { OpenPlace } from '../opened.js'
import { Archive, type ChunkPlace } from './archive.js'
import { type ChunkInfo, describeArchive, describeChunk, headOfArchive } from './describe.js'
import { rowsOf } from './fact-rows.js'
import { ChunkWalk } from './walk.js'

/** What going from chunk to chunk tells: only done where it is asked for, or where the header knows too little. */
interface Walked {
  first: ChunkPlace | undefined
  chunks: ChunkInfo[]
  nchunks: number
  nbytes: number
  /** Where the last chunk ends, in bytes. */
  end: number
}

async function walkChunks(archive: Archive): Promise<Walked> {
  const walk = new ChunkWalk(archive)
  const walked: Walked = { first: undefined, chunks: [], nchunks: 0, nbytes: 0, end: 0 }
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) {
    walked.first ??= chunk
    walked.nbytes += chunk.header.nbytes
    walked.chunks.push(describeChunk(chunk))
  }
  return { ...walked, nchunks: walk.count, end: walk.position }
}

async function headAlone(archive: Archive, file: string): Promise<Facts> {
  const head = await headOfArchive(file, archive, { nbytes: archive.nbytes, cbytes: archive.source.size })
  return { head, more: { typesize: archive.header.typesize, kind: null }, rows: [], tables: [] }
}

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
export async function factsOfArchive({ source }: OpenPlace, options: FactsOptions): Promise<Facts> {
  const { file, detail, maxChunk } = options
  const archive = await Archive.open(source, maxChunk === undefined ? {} : { maxChunk })
  if (detail === 'front' || detail === 'head') return headAlone(archive, file)
  const wantsChunks = detail === 'chunks'
  const walked = wantsChunks || archive.nbytes === undefined ? await walkChunks(archive) : undefined
  const first = walked === undefined ? await archive.locate(0, archive.chunksAt) : walked.first
  const info = await describeArchive(file, archive, {
    first,
    nchunks: archive.nchunks ?? walked?.nchunks,
    nbytes: archive.nbytes ?? walked?.nbytes,
    cbytes: source.size ?? walked?.end,
    chunks: wantsChunks ? walked?.chunks : undefined,
  })
  return { ...headAndMore(info), ...rowsOf(info) }
}
