// The chunks of an archive, checked, for containers that take them as they are.

import { sameDigest } from '../../chunk/checksums.js'
import { BlpkError } from '../../core/errors.js'
import { Workspace } from '../../kernels/workspace.js'
import type { ChunkStream, StreamedChunk } from '../chunk-stream.js'
import type { Archive } from './archive.js'
import { ChunkWalk } from './walk.js'

async function* checkedChunks(archive: Archive): AsyncGenerator<StreamedChunk> {
  const ws = new Workspace()
  const checksum = await archive.loadChecksum(() => ws)
  const walk = new ChunkWalk(archive)
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) {
    const { header, index, position } = chunk
    const bytes = new Uint8Array(header.cbytes + archive.digestBytes)
    await archive.readChunk(chunk, bytes)
    const place = { path: archive.source.name, chunk: index, offset: position }
    const [packed, digest] = [bytes.subarray(0, header.cbytes), bytes.subarray(header.cbytes)]
    if (!sameDigest(checksum.digest(packed), digest))
      throw new BlpkError('CHECKSUM', `${checksum.name} mismatch`, place)
    yield { header, bytes: packed, place, end: walk.position }
  }
}

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO when chunks are read */
export function streamOf(archive: Archive): ChunkStream {
  const { typesize, chunkSize } = archive.header
  return {
    typesize: Math.max(1, typesize),
    chunkSize,
    nbytes: archive.nbytes,
    chunks: () => checkedChunks(archive),
  }
}
