// What can be changed in a container in its place: more data at the end, and metadata.

import type { Replaceable } from '../bytes/editable.js'
import type { BlpkError } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import type { PlainSource } from '../sources/plain.js'
import type { OpenPlace } from './opened.js'
import type { PackOptions } from './pack-options.js'

/** How new chunks are compressed; what is not given stays as the container says. */
type Compression = Pick<
  PackOptions,
  'codec' | 'codecMeta' | 'level' | 'shuffle' | 'filters' | 'splitMode' | 'dictionary' | 'blockSize' | 'force'
>

/** How data are appended. */
export interface AppendRequest extends Compression, RunOptions, Pick<PackOptions, 'typesize'> {
  /** Metadata as JSON text, in place of those that do not describe an array. */
  metadata?: string
  /** Append plain bytes to an array: whole rows of it. */
  raw?: boolean
  /** If the room for chunks or metadata is used up, write all of it again with ten times the room. */
  grow?: boolean
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
  /** What the items of an array are, in place of what the container says. */
  dtype?: string
  /** Name of this append: one whose id is there already does nothing. The last 1000 are remembered. */
  appendId?: string
}

/** What was appended. */
export interface AppendResult {
  /** Plain bytes appended. */
  nbytes: number
  /** Plain bytes now, without padding. */
  totalBytes: number
  /** Chunks now. */
  nchunks: number
  /** Chunks that can still be appended, if room is limited. */
  room?: number
  /** Was all of it written again with more room? */
  grown?: boolean
  /** Of an array in chunks of a shape. */
  shape?: readonly number[]
  /** Was an append with this id there already, so that nothing was done? */
  skipped: boolean
}

/** How metadata are read and changed. */
export interface MetadataOptions extends Pick<RunOptions, 'threads' | 'signal'> {
  /** Only those whose size is fixed. */
  fixed?: boolean
  /** If they do not fit, write all of it again with ten times the room. */
  grow?: boolean
}

/** A change of what has a name in the metadata. */
export interface MetadataEdit {
  name: string
  /** JSON text, or bytes to be kept as they are; undefined to remove it. */
  value: string | Uint8Array | undefined
}

/** The metadata of a container, as they were when they were read. */
export interface Metadata {
  /** What they are called, and all of them as JSON text. */
  readonly groups: Readonly<Record<string, string>>
  /** All of them as one JSON text. */
  readonly json: string
  /** What asking for the stored bytes of one does, for messages. */
  readonly rawShows: string
  /** @throws BlpkError USAGE if there is none of the name */
  get(name: string): StoredValue
}

/** A value in the metadata. */
export interface StoredValue {
  /** @throws BlpkError UNSUPPORTED if it cannot be said in JSON */
  json(): string
  /** The stored bytes; of a text its characters. */
  bytes(): Uint8Array
}

/** Why an option is refused. @param name what the caller calls an option: `maxChunk`, or `--max-chunk` */
type ChangeRefusal = (name: (option: string) => string) => BlpkError

/** Options that are not taken, each with the reason. */
export type ChangeRefusals<O> = Readonly<Partial<Record<keyof O, ChangeRefusal>>>

/** Changes of what stands in a place that keeps them whole. All of them are made, or nothing is. */
export interface ContainerChange {
  /** Options of an append that are not taken. */
  readonly appendRefuses: ChangeRefusals<AppendRequest>
  /** The same of metadata. */
  readonly metadataRefuses: ChangeRefusals<MetadataOptions>
  /** Why the container is not changed if it is a directory: what that is, and what to do. */
  readonly directoryRefusal?: string
  /**
   * Appends all of a source.
   * @param source of known size
   * @throws BlpkError NO_ROOM, USAGE if the data do not go together, DAMAGED, CHECKSUM, …; nothing has changed then
   */
  append(place: Replaceable, source: PlainSource, options: AppendRequest): Promise<AppendResult>
  /** @throws BlpkError DAMAGED, CHECKSUM, … */
  readMetadata(place: OpenPlace, options: MetadataOptions): Promise<Metadata>
  /**
   * Sets or removes what has a name.
   * @returns bytes that the value takes, if it is kept by itself
   * @throws BlpkError USAGE for names that have another meaning, NO_ROOM; nothing has changed then
   */
  setMetadata(place: Replaceable, edit: MetadataEdit, options: MetadataOptions): Promise<number | undefined>
}

/**
 * @param name what the caller calls an option
 * @throws BlpkError USAGE for an option that is not taken
 */
export function checkChangeOptions<O extends object>(
  refuses: ChangeRefusals<O>,
  options: O,
  name: (option: string) => string = (option) => option,
): void {
  for (const key of Object.keys(refuses) as (keyof O & string)[]) {
    const value = options[key]
    if (value !== undefined && value !== false) throw refuses[key]?.(name)
  }
}
