// What a container is called and how it is recognised. Every start loads this, so it is small.

import type { FileKind, Recogniser } from '../bytes/archives.js'
import type { PackOptions } from './pack-options.js'

/** Why an option is refused. @param name what the caller calls an option, such as `chunkSize` */
export type Refusal = (name: (option: keyof PackOptions) => string) => string

/** One kind of file that a container reads and, unless it is only read, makes. */
export interface Format extends FileKind {
  /** The value of `format`, such as `blp`. */
  readonly id: string
  /** An array in chunks of a shape, or bytes that metadata may describe as one. */
  readonly holds: 'bytes' | 'array'
  /** Options of packing that it does not take, each with the reason; all others it takes. */
  readonly refuses?: Readonly<Partial<Record<keyof PackOptions, Refusal>>>
  /** Names of its built-in codecs. */
  readonly codecs?: readonly string[]
  /** Names of its checksums. */
  readonly checksums?: readonly string[]
}

/** How a container is called and known. It is there at the start of every program, and so is small. */
export interface ContainerTraits extends Recogniser {
  readonly name: string
  readonly formats: readonly Format[]
  /** Are its files taken under the names of containers only, unless the user says otherwise? */
  readonly wantsName?: boolean
  /** Name of the file in a directory that makes that one of its own. */
  readonly fileInDirectory?: string
  /** Names of all files that it writes into such a directory: what a killed run left of one is told by them. */
  readonly filesInDirectory?: RegExp
  /**
   * Do names go on inside its files (`data.h5::/entry/x`)? Then `open` gets what stands behind the `::`. A name inside of any
   * other container is refused.
   */
  readonly namesInside?: boolean
}
