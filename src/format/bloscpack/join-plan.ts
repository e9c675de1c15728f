// What archives must have in common to be joined.

import { BlpkError, unsupported, usage } from '../../core/errors.js'
import { type JoinStep, type Joint, planJoin } from '../join-steps.js'
import { type Joinable, joinedMetadata, sizeOf } from '../joined-metadata.js'
import type { Archive } from './archive.js'

/** What all inputs have in common. */
export interface Common {
  chunkSize: number
  typesize: number
  /** Plain bytes in all. */
  nbytes: number
}

function joinable({ source, nbytes, metadata }: Archive): Joinable {
  return { name: source.name, nbytes, metadata }
}

function nbytesOf(archive: Archive): number {
  return sizeOf(joinable(archive))
}

function checkSame(a: Archive, b: Archive, what: string, one: unknown, other: unknown): void {
  if (one === other) return
  throw new BlpkError(
    'USAGE',
    `'${b.source.name}' has ${what} ${other}, but '${a.source.name}' has ${one}: they cannot be joined`,
    { path: b.source.name },
  )
}

/**
 * What archives must have in common to be joined.
 * @throws BlpkError USAGE, UNSUPPORTED
 */
export function commonOf(archives: readonly Archive[]): Common {
  const [first] = archives
  if (first === undefined) throw usage('there is nothing to join')
  const sized = archives.find((archive) => archive.nbytes !== 0) ?? first
  for (const archive of archives) {
    const { header } = archive
    checkSame(first, archive, 'typesize', first.header.typesize, header.typesize)
    checkSame(first, archive, 'checksum', first.checksum, archive.checksum)
    // An empty archive has no chunk whose size could not go with the others.
    if (archive.nbytes !== 0)
      checkSame(sized, archive, 'chunk size', sized.header.chunkSize, header.chunkSize)
  }
  const nbytes = archives.reduce((sum, archive) => sum + nbytesOf(archive), 0)
  if (!Number.isSafeInteger(nbytes)) throw unsupported('the joined archive would be too large')
  return { chunkSize: Math.max(1, sized.header.chunkSize ?? 1), typesize: first.header.typesize, nbytes }
}

/** What is copied and what is packed again. An empty archive has one chunk, without plain bytes. */
export function stepsOf(archives: readonly Archive[], chunkSize: number): JoinStep<Archive>[] {
  const joints = archives.map((part): Joint<Archive> => ({ part, extent: nbytesOf(part), copies: true }))
  const steps = planJoin(joints, chunkSize)
  const [empty] = archives
  if (steps.length > 0 || empty === undefined) return steps
  return [{ kind: 'copy', part: empty, first: 0, count: 1 }]
}

/** @throws BlpkError USAGE if arrays do not go together, or other metadata differ */
export function metadataOf(archives: readonly Archive[]): string | undefined {
  return joinedMetadata(archives.map(joinable))
}
