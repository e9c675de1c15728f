import { openArchiveFile, type ReadOptions } from './disk/read-archive.js'
import { Archive, type OpenOptions } from './engine/archive.js'
import type { ByteSource } from './sources/byte-source.js'
import { FileSource } from './sources/file.js'
import { MemorySource } from './sources/memory.js'
import { openPlain } from './sources/npy.js'
import type { PlainSource } from './sources/plain.js'
import { type ByteIterable, StreamSource } from './sources/stream.js'

/** Whatever bytes can be read from: a path, bytes, a stream or any iterable of bytes, or a source. */
export type Readable = string | Uint8Array | ByteIterable | ByteSource

/** A source for whatever bytes can be read from. @throws BlpkError NOT_FOUND or IO for a path */
export function openSource(from: Readable): ByteSource {
  if (typeof from === 'string') return new FileSource(from)
  if (from instanceof Uint8Array) return new MemorySource(from)
  return 'seekable' in from ? from : new StreamSource(from)
}

/**
 * Opens an archive for reading; close it when done. One in a file is read in the state that it has now, even if
 * others append to it meanwhile; what a writer that was killed left undone is rolled back.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED
 */
export async function openArchive(from: Readable, options: OpenOptions & ReadOptions = {}): Promise<Archive> {
  return Archive.open(
    typeof from === 'string' ? await openArchiveFile(from, options) : openSource(from),
    options,
  )
}

/** A source of plain bytes to pack; a `.npy` is known by its first bytes unless `raw`. */
export function plainSource(from: Readable, options: { raw?: boolean } = {}): Promise<PlainSource> {
  return openPlain(openSource(from), options)
}
