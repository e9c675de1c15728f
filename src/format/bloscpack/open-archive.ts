// Opens a Bloscpack archive by the name of its place.

import type { ReadOptions } from '../../disk/read-archive.js'
import { openArchiveSource, type Readable } from '../../places/open.js'
import type { PlaceSettings } from '../../store/settings.js'
import { Archive, type OpenOptions } from './archive.js'
import { findMutable } from './mutable.js'

/** Opens an archive for reading; close it when done. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED */
export async function openArchive(
  from: Readable,
  options: OpenOptions & ReadOptions & PlaceSettings = {},
): Promise<Archive> {
  return Archive.open(await openArchiveSource(from, findMutable, options), options)
}
