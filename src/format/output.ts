// Where a container is packed to, and what packing came to.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { DirectorySink, DirectorySinkOptions } from '../sinks/directory.js'

/** Where something is packed to: bytes in order, or files in a directory. Only one of them is opened, when it is needed. */
export interface Output {
  readonly name: string
  /** Opens a sink for the bytes of the container. */
  bytes(): Promise<ByteSink>
  /** @throws BlpkError USAGE where there can be no directory */
  directory(rules: DirectoryRules): Promise<DirectorySink>
}

/** What may be in a directory that is replaced; the rest of its options are those of the output. */
export type DirectoryRules = Pick<DirectorySinkOptions, 'mayReplace' | 'example' | 'keeps'>

/** What packing came to. */
export interface PackResult {
  /** Plain bytes. */
  nbytes: number
  /** Size of the container, in bytes. */
  cbytes: number
  nchunks: number
  /** Of them, those of one special value that takes no room, in containers that have such. */
  nspecial?: number
}

export interface ConcatResult extends PackResult {
  /** Chunks that were taken as they are. */
  copied: number
}
