import { BlpkError, unsupported, usage } from '../../core/errors.js'
import { membersOf } from '../../core/json/edit.js'
import type { PlainSource } from '../../sources/plain.js'
import { metadataAfter } from '../array-metadata.js'
import type { Archive } from './archive.js'

/** A stretch of plain bytes of an archive. */
export interface Stretch {
  archive: Archive
  start: number
  stop: number
}

/** What the joined archive is made of: chunks taken as they are, or stretches packed anew. */
export type Span =
  | { kind: 'copy'; archive: Archive; first: number; count: number }
  | { kind: 'pack'; stretches: Stretch[] }

/** What all inputs have in common. */
export interface Common {
  chunkSize: number
  typesize: number
  /** Plain bytes in all. */
  nbytes: number
}

function sizeOf(archive: Archive): number {
  if (archive.nbytes !== undefined) return archive.nbytes
  throw unsupported('the archive was written to a pipe and does not know its size: pack it to a file', {
    path: archive.source.name,
  })
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
  const nbytes = archives.reduce((sum, archive) => sum + sizeOf(archive), 0)
  if (!Number.isSafeInteger(nbytes)) throw unsupported('the joined archive would be too large')
  return { chunkSize: Math.max(1, sized.header.chunkSize ?? 1), typesize: first.header.typesize, nbytes }
}

/**
 * Decides what is copied and what is packed anew: chunks that lie on a border of chunks of the result are
 * copied. Behind a short last chunk everything is off the border, until the bytes come out even again.
 */
export function planSpans(archives: readonly Archive[], chunkSize: number): Span[] {
  const filled = archives.filter((archive) => sizeOf(archive) > 0)
  const [empty] = archives
  if (filled.length === 0 && empty !== undefined)
    return [{ kind: 'copy', archive: empty, first: 0, count: 1 }]
  const spans: Span[] = []
  let open: Stretch[] = []
  let carry = 0
  filled.forEach((archive, i) => {
    const nbytes = sizeOf(archive)
    const isLast = i === filled.length - 1
    if (carry === 0) {
      const count = isLast ? Math.ceil(nbytes / chunkSize) : Math.floor(nbytes / chunkSize)
      if (count > 0) spans.push({ kind: 'copy', archive, first: 0, count })
      const copied = Math.min(nbytes, count * chunkSize)
      if (copied < nbytes) open = [{ archive, start: copied, stop: nbytes }]
      carry = nbytes - copied
    } else {
      open.push({ archive, start: 0, stop: nbytes })
      carry = (carry + nbytes) % chunkSize
    }
    if (open.length > 0 && (carry === 0 || isLast)) {
      spans.push({ kind: 'pack', stretches: open })
      open = []
      carry = 0
    }
  })
  return spans
}

/** As much of a source as the rules for appending look at. */
function described(archive: Archive): PlainSource {
  const { metadata, nbytes, source } = archive
  return { name: source.name, size: nbytes, typesize: undefined, metadata, sample, read: () => 0, close() {} }
}

function sample(): Uint8Array {
  return new Uint8Array(0)
}

/**
 * Metadata of the whole: those of the first, in which the shape of an array grows.
 * @throws BlpkError USAGE where arrays do not go together, or other metadata differ
 */
export function joinedMetadata(archives: readonly Archive[]): string | undefined {
  const [first, ...others] = archives
  let metadata = first?.metadata
  for (const archive of others) {
    const grown = metadataAfter({ metadata }, described(archive), sizeOf(archive), {})
    if (
      grown === undefined &&
      archive.metadata !== undefined &&
      archive.metadata !== metadata &&
      !isArray(metadata)
    )
      throw usage(
        `'${archive.source.name}' has other metadata than '${first?.source.name}' (-m sets new ones)`,
      )
    metadata = grown ?? metadata
  }
  return metadata
}

function isArray(metadata: string | undefined): boolean {
  const members = metadata === undefined ? undefined : membersOf(metadata, ['container'])
  return members?.at(-1)?.value === '"numpy"'
}
