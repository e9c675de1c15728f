// Opens what is in a place, whatever container that is.

import type { ByteSource } from '../bytes/byte-source.js'
import type { Closable } from '../core/dispose.js'
import type { PlaceName } from '../core/place-name.js'
import { openSnapshot, type ReadOptions } from '../disk/read-archive.js'
import { findMutable } from '../format/registry.js'

/**
 * Opens an archive or a frame in a file for reading, in the state that it has now: changes that others begin or
 * finish meanwhile do not show. What a writer that was killed left undone is rolled back, or read past where the file
 * cannot be written.
 * @param file a path, or a `file:` URL
 * @throws BlpkError NOT_FOUND, IO, INTERRUPTED; USAGE for a URL of another scheme
 */
export function openArchiveFile(file: PlaceName, options: ReadOptions = {}): Promise<ByteSource & Closable> {
  return openSnapshot(file, findMutable, options)
}
