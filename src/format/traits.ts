// What a container is called and how it is recognised. Every start loads this, so it is small.

import type { PackOptions } from './pack-options.js'

/** Bytes from the start of a place by which containers are known. */
export const PEEK_BYTES = 32

/** Bytes from its end, where the start is damaged. */
export const PEEK_END_BYTES = 32

/** Why an option is refused. @param name what the caller calls an option, such as `chunkSize` */
export type Refusal = (name: (option: keyof PackOptions) => string) => string

/** One kind of file that a container makes. */
export interface Format {
  /** The value of `format`, such as `blp`. */
  readonly id: string
  /** What its files are called, such as `.blp`. */
  readonly extension: string
  /** What messages call it, with an article, such as `a Bloscpack archive`. */
  readonly what: string
  /** An array in chunks of a shape, or bytes that metadata may describe as one. */
  readonly holds: 'bytes' | 'array'
  /** Options of packing that it does not take, each with the reason; all others it takes. */
  readonly refuses: Readonly<Partial<Record<keyof PackOptions, Refusal>>>
  /** Names of its built-in codecs. */
  readonly codecs: readonly string[]
  /** Names of its checksums. */
  readonly checksums: readonly string[]
}

/** How a container is called and known. It is there at the start of every program, and so is small. */
export interface ContainerTraits {
  readonly name: string
  readonly formats: readonly Format[]
  /** @param front the first {@link PEEK_BYTES}, or all there are */
  recognise(front: Uint8Array): boolean
  /** The same by the last {@link PEEK_END_BYTES}, where the first bytes say nothing. */
  recogniseEnd?(end: Uint8Array): boolean
  /** Are its files taken under the names of containers only, unless the user says otherwise? */
  readonly wantsName?: boolean
  /** Name of the file in a directory that makes that one of its own. */
  readonly fileInDirectory?: string
}
