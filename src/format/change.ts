// The changes that a container supports in place: appending data, and editing metadata.

import type { Replaceable } from '../bytes/editable.js'
import type { BlpkError } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import type { PlainSource } from '../sources/plain.js'
import type { OpenPlace } from './opened.js'
import type { PackResult } from './output.js'
import type { PackOptions } from './pack-options.js'

/** A place that is open for a change, and the part of it that the change is for. */
export interface ChangePlace extends OpenPlace {
  readonly source: Replaceable
}

/** How new chunks are compressed. Unset options keep the values of the container. */
type Compression = Pick<
  PackOptions,
  'codec' | 'codecMeta' | 'level' | 'shuffle' | 'filters' | 'splitMode' | 'dictionary' | 'blockSize' | 'force'
>

/** How data are appended. */
export interface AppendRequest extends Compression, RunOptions, Pick<PackOptions, 'typesize'> {
  /** Metadata as JSON text. Replaces the metadata except those that describe an array. */
  metadata?: string
  /** Append plain bytes to an array: they must be whole rows. */
  raw?: boolean
  /** If the room for chunks or metadata is used up, rewrite the container with ten times the room. */
  grow?: boolean
  /** Refuse chunks of more plain bytes than this. Default: 2 GiB. */
  maxChunk?: number
  /** Type of the items of an array, instead of the stored one. */
  dtype?: string
  /**
   * Id of this append. If the id is already present, nothing is appended. The last 1000 ids are remembered.
   */
  appendId?: string
}

/** Result of an append. */
export interface AppendResult {
  /** Plain bytes appended. */
  nbytes: number
  /** Plain bytes after the append, without padding. */
  totalBytes: number
  /** Chunks after the append. */
  nchunks: number
  /** Chunks that can still be appended, if room is limited. */
  room?: number
  /** Whether the container was rewritten with more room. */
  grown?: boolean
  /** Of an array with multidimensional chunks. */
  shape?: readonly number[]
  /** Whether an append with this id was already present, so that nothing was done. */
  skipped: boolean
}

/** How a part is added to a container. */
export interface AddRequest extends PackOptions {
  /** A part of the same name is replaced; all others stay. */
  replace?: boolean
}

/** Options of metadata. */
export interface MetadataOptions extends Pick<RunOptions, 'threads' | 'signal'> {
  /** Fixed metalayers only. */
  fixed?: boolean
  /** If they do not fit, rewrite the container with ten times the room. */
  grow?: boolean
}

/** A change to one entry of the metadata. */
export interface MetadataEdit {
  name: string
  /** JSON text, or raw bytes; undefined to remove the entry. */
  value: string | Uint8Array | undefined
}

/** A snapshot of the metadata of a container. */
export interface Metadata {
  /** The groups of metadata, each as JSON text. */
  readonly groups: Readonly<Record<string, string>>
  /** All metadata as one JSON text. */
  readonly json: string
  /** What the command that reads the stored bytes of an entry does, for messages. */
  readonly rawShows: string
  /** @throws BlpkError USAGE if there is no entry of this name */
  get(name: string): StoredValue
}

/** A value in the metadata. */
export interface StoredValue {
  /** @throws BlpkError UNSUPPORTED if JSON cannot express it */
  json(): string
  /** The stored bytes; for text, its characters. */
  bytes(): Uint8Array
}

/**
 * Why an option is refused.
 * @param name gives the caller's name of an option, such as `maxChunk` or `--max-chunk`
 */
type ChangeRefusal = (name: (option: string) => string) => BlpkError

/** Refused options, each with the reason. */
export type ChangeRefusals<O> = Readonly<Partial<Record<keyof O, ChangeRefusal>>>

/** Atomic changes of a container in place: all of them are made, or none. */
export interface ContainerChange {
  /** Options of an append that are refused. */
  readonly appendRefuses: ChangeRefusals<AppendRequest>
  /** Options of metadata that are refused. */
  readonly metadataRefuses: ChangeRefusals<MetadataOptions>
  /** Why a directory is not changed, and what to do instead. */
  readonly directoryRefusal?: string
  /** Whether parts that are named behind `::` can be changed on their own. */
  readonly changesInside?: boolean
  /**
   * Appends all data of a source.
   * @param source a source of known size
   * @throws BlpkError NO_ROOM, DAMAGED, CHECKSUM, …; USAGE if the data do not fit the container. Nothing is
   * changed then
   */
  append(place: ChangePlace, source: PlainSource, options: AppendRequest): Promise<AppendResult>
  /**
   * Adds a source as a new part, which `place.inner` names.
   * @returns sizes of the part alone
   * @throws BlpkError EXISTS if there is one of this name; UNSUPPORTED for a container that cannot be changed
   * safely. Nothing is changed then
   */
  add?(place: ChangePlace, source: PlainSource, options: AddRequest): Promise<PackResult>
  /** @throws BlpkError DAMAGED, CHECKSUM, … */
  readMetadata(place: OpenPlace, options: MetadataOptions): Promise<Metadata>
  /**
   * Sets or removes an entry.
   * @returns size of the stored value in bytes, if it is stored separately
   * @throws BlpkError NO_ROOM; USAGE for reserved names. Nothing is changed then
   */
  setMetadata(place: ChangePlace, edit: MetadataEdit, options: MetadataOptions): Promise<number | undefined>
}

/** @param name gives the caller's name of an option @throws BlpkError USAGE for a refused option */
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
