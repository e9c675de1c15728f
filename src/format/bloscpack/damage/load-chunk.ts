// Loads a chunk into a slot, or tells the worker thread from where to read it.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { type FilePlace, placeInFile } from '../../../bytes/file-place.js'
import type { Slot } from '../../../engine/slot.js'
import type { Threads } from '../../../engine/threads.js'
import type { FoundChunk } from './probe.js'

/** A chunk in its slot. */
export interface LoadedChunk {
  /** With its digest. */
  packed: Uint8Array
  out: Uint8Array
  /** Where a worker reads the packed bytes by itself; undefined if they were read. */
  from: FilePlace | undefined
}

/** Makes a chunk ready for threads. @returns undefined if the archive ends within it */
export async function loadChunk(
  threads: Threads,
  slot: Slot,
  source: ByteSource,
  { position, end, header }: FoundChunk,
): Promise<LoadedChunk | undefined> {
  const size = end - position
  const packed = slot.packedFor(Math.max(size, header.nbytes)).subarray(0, size)
  const out = slot.plain(header.nbytes)
  const from = threads.reaches(packed, out) ? placeInFile(source, position, size) : undefined
  if (from === undefined && (await source.read(position, packed)) < size) return undefined
  return { packed, out, from }
}
