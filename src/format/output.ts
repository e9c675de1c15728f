// The output of packing, and its result.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { Replaceable } from '../bytes/editable.js'
import type { DirectorySink, DirectorySinkOptions } from '../sinks/directory.js'
import type { PlainSource } from '../sources/plain.js'

/**
 * The output of packing: bytes in order, or files in a directory. Only one of them is opened, when it is
 * needed.
 */
export interface Output {
  readonly name: string
  /** How the name goes on inside the container, after `::`; only for containers with `namesInside`. */
  readonly inner?: string | undefined
  /** Opens a sink for the bytes of the container. */
  bytes(): Promise<ByteSink>
  /** @throws BlpkError USAGE if there can be no directory */
  directory(rules: DirectoryRules): Promise<DirectorySink>
  /**
   * The file that is there already, if the name goes on inside it: it gets another part, and is never replaced.
   * @returns undefined if there is none yet
   */
  existing?(): Promise<ExistingOutput | undefined>
}

/** A file that is there already, and gets another part. */
export interface ExistingOutput {
  /** Whether a part of the same name may be replaced. */
  readonly replace: boolean
  /**
   * Changes it in one atomic step.
   * @param make may be called several times, each time with the source from its start
   */
  change<T>(source: PlainSource, make: (place: Replaceable, source: PlainSource) => Promise<T>): Promise<T>
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
