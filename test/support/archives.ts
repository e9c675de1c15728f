import { Archive, type ChunkPlace } from '../../dist/format/bloscpack/archive.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { ChunkWalk } from '../../dist/format/bloscpack/walk.js'
import { MemorySource } from '../../dist/index.js'

/** All chunks of an archive in memory. */
export async function chunksOf(archive: Uint8Array | Archive): Promise<ChunkPlace[]> {
  const opened = archive instanceof Archive ? archive : await openArchive(new MemorySource(archive))
  const chunks: ChunkPlace[] = []
  const walk = new ChunkWalk(opened)
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) chunks.push(chunk)
  return chunks
}

/** What C-Blosc decides about a chunk before it compresses it, as one line to compare. */
export function chunkDecisions({ header }: Pick<ChunkPlace, 'header'>): string {
  const { shuffle, split, codecFormat, typesize, blocksize, nbytes, version, versionlz } = header
  return JSON.stringify({ shuffle, split, codecFormat, typesize, blocksize, nbytes, version, versionlz })
}
