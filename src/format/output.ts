// The output of packing, and its result.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { DirectorySink, DirectorySinkOptions } from '../sinks/directory.js'

/**
 * The output of packing: bytes in order, or files in a directory. Only one of them is opened, when it is
 * needed.
 */
export interface Output {
  readonly name: string
  /** Opens a sink for the bytes of the container. */
  bytes(): Promise<ByteSink>
  /** @throws BlpkError USAGE if there can be no directory */
  directory(rules: DirectoryRules): Promise<DirectorySink>
}

/** Which files a replaced directory may contain; other options are those of the output. */
export type DirectoryRules = Pick<DirectorySinkOptions, 'mayReplace' | 'example' | 'keeps'>

/** Result of packing. */
export interface PackResult {
  /** Plain bytes. */
  nbytes: number
  /** Size of the container, in bytes. */
  cbytes: number
  nchunks: number
  /** Of these, chunks of a special value that take no room, if the container has such chunks. */
  nspecial?: number
}

export interface ConcatResult extends PackResult {
  /** Chunks that were copied without recompression. */
  copied: number
}
