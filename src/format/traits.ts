// Names and signatures of a container. Every start loads this, so it is small.

import type { FileKind, Recogniser } from '../bytes/archives.js'
import type { PackOptions } from './pack-options.js'

/** Why an option is refused. @param name gives the caller's name of an option, such as `chunkSize` */
export type Refusal = (name: (option: keyof PackOptions) => string) => string

/** One kind of file that a container reads and, unless it is read-only, writes. */
export interface Format extends FileKind {
  /** The value of `format`, such as `blp`. */
  readonly id: string
  /** An array with multidimensional chunks, or bytes that metadata may describe as an array. */
  readonly holds: 'bytes' | 'array'
  /** Refused options of packing, each with the reason. All others are accepted. */
  readonly refuses?: Readonly<Partial<Record<keyof PackOptions, Refusal>>>
  /** Names of its built-in codecs. */
  readonly codecs?: readonly string[]
  /** Names of its filters that need no meta byte. */
  readonly filters?: readonly string[]
  /** Names of its checksums. */
  readonly checksums?: readonly string[]
}

/** Names and signature of a container. Every start loads this, so it is small. */
export interface ContainerTraits extends Recogniser {
  readonly name: string
  readonly formats: readonly Format[]
  /** Whether its files must have the extension of a container, unless the user says otherwise. */
  readonly wantsName?: boolean
  /** Name of the file that marks a directory as such a container. */
  readonly fileInDirectory?: string
  /**
   * Matches the names of all files that it writes into such a directory. `clean` recognises leftovers of
   * killed runs by them.
   */
  readonly filesInDirectory?: RegExp
  /**
   * Whether names continue inside its files (`data.h5::/entry/x`). If so, `open` gets the part after `::`.
   * For any other container such a name is refused.
   */
  readonly namesInside?: boolean
}
