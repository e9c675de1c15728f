// What a container is: the one seam between the verbs and Bloscpack, Blosc2 and whatever comes next. A container tells what it is
// called and how it is known (traits), opens what there is, packs, and, as far as it can, changes, checks and recovers. What it leaves
// out the verbs do in a general way: by reading all of it, and writing all of it anew.

import type { NdarrayLayout } from '../array/npy/index.js'
import type { ByteSink } from '../bytes/byte-sink.js'
import type { ByteSource } from '../bytes/byte-source.js'
import type { Replaceable } from '../bytes/editable.js'
import type { MutableParts } from '../bytes/mutable-parts.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { RunOptions } from '../engine/options.js'
import type { DirectorySink, DirectorySinkOptions } from '../sinks/directory.js'
import type { PlainSink } from '../sinks/plain.js'
import type { PlainSource } from '../sources/plain.js'
import type { Finding } from './damage/finding.js'
import type { PackOptions } from './pack-options.js'
import type { Selection } from './selection.js'

/** Why an option is refused. @param name what the caller calls an option: `chunkSize`, or `--chunk-size` */
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
  /** Name of the file in a directory that makes that one of its own. */
  readonly fileInDirectory?: string
}

/** A container with all that it can do. */
export interface Container extends ContainerTraits {
  /** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, … */
  open(place: OpenPlace, options: OpenOptions): Promise<Opened>
  /**
   * Packs all of a source, or a part of it.
   * @throws BlpkError USAGE, IO, …; nothing is left behind then
   */
  pack(source: PlainSource, output: Output, format: Format, options: PackRequest): Promise<PackResult>
  /** Changes what is there where it stands. Where this is missing, it is written anew. */
  readonly change?: ContainerChange
  /** What a change may alter of an archive that others have open. Where this is missing: everything. */
  readonly mutable?: MutableParts
  /**
   * Joins what was opened, without compressing anew what may be copied.
   * @returns undefined where these cannot be joined so: they are unpacked and packed then
   */
  concat?(
    parts: readonly Opened[],
    output: Output,
    format: Format,
    options: PackOptions,
  ): Promise<ConcatResult | undefined>
  /** Finds what is left of a damaged one. Where this is missing, all that can be read is. */
  recover?(place: OpenPlace, options: RecoverOptions): Promise<Recovery>
}

/** Where there is something to open. */
export interface OpenPlace {
  readonly source: ByteSource
  /** The directory, where it is one; `source` is the file in it. */
  readonly directory?: string | undefined
}

export interface OpenOptions extends Pick<RunOptions, 'threads'> {
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
  /** What the items of an array are, in place of what it says itself. */
  dtype?: string
}

/** Where something is packed to: bytes in order, or files in a directory. Only one of them is opened, when it is needed. */
export interface Output {
  readonly name: string
  bytes(): Promise<ByteSink>
  /** @throws BlpkError USAGE where there can be no directory */
  directory(rules: DirectoryRules): Promise<DirectorySink>
}

/** What may be in a directory that is replaced; the rest of its options are those of the output. */
export type DirectoryRules = Pick<DirectorySinkOptions, 'mayReplace' | 'example' | 'keeps'>

/** What is packed from an open container takes along what only that kind of container knows. */
export interface PackRequest extends PackOptions {
  from?: Opened
}

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

/** A container that is open. */
export interface Opened {
  readonly container: ContainerTraits
  readonly format: Format
  /** Plain bytes; undefined where only reading all of it tells. */
  readonly nbytes: number | undefined
  /** Size of an item, in bytes. */
  readonly typesize: number
  /** The array that it holds, or that metadata describe. @throws BlpkError DAMAGED, UNSUPPORTED */
  array(): NdarrayLayout | undefined
  /** What it says of its content besides, as JSON text. */
  readonly metadata: string | undefined
  /** Names of what it keeps besides array and metadata, which only containers of its own kind have a place for. */
  readonly extras: readonly string[]
  /** What is shown of it. */
  facts(options: FactsOptions): Promise<Facts>
  /** Plain bytes of all of it or of a part; only chunks that the part touches are read. @throws BlpkError USAGE */
  select(part: Selection, options: RunOptions): Selected
  /** All plain bytes, in as many threads as are worth it. Where this is missing, `select` gives them. */
  unpack?(sink: PlainSink, options: RunOptions): Promise<{ nbytes: number; nchunks: number }>
  /**
   * Writes the same content as another format, chunks as they are where they may be.
   * @returns undefined where nothing can be copied: it is unpacked and packed then
   */
  copyInto?(format: Format, output: Output, options: PackOptions): Promise<ConcatResult | undefined>
  /** Checks structure and checksums, and with `deep` that everything can be decompressed. */
  verify?(options: VerifyOptions): Promise<VerifyReport>
  close(): MaybePromise<void>
}

/** Plain bytes that were asked for. */
export interface Selected {
  nbytes: number
  /** Of an array; undefined for plain bytes. */
  layout: NdarrayLayout | undefined
  /** Is it all there is? */
  isWhole: boolean
  /** Each piece may be used until the next is asked for. */
  pieces(): AsyncIterable<Uint8Array>
}

export interface FactsOptions {
  /** Each chunk too. */
  chunks?: boolean
  /** Only what `ls` shows: of places over the net as few requests as can be. */
  brief?: boolean
}

/** What is shown of every container, whatever it is; null where it does not tell. */
export interface Head {
  file: string
  format: string | null
  shape: readonly number[] | null
  dtype: string | null
  nbytes: number | null
  cbytes: number | null
  ratio: number | null
}

/** What `info` and `ls` show. */
export interface Facts {
  head: Head
  /** Whatever else the container tells, for JSON; keys of the head come first. */
  more: Readonly<Record<string, unknown>>
  /** The same as rows of text. */
  rows: readonly (readonly [label: string, value: string])[]
  /** Tables below, such as of chunks. */
  tables: readonly { head: readonly string[]; rows: readonly (readonly string[])[] }[]
}

export interface VerifyOptions extends RunOptions {
  /** Decompress every chunk too. */
  deep?: boolean
  maxChunk?: number
}

/** What a verification found. */
export interface VerifyReport {
  /** No finding is damage. */
  ok: boolean
  findings: Finding[]
  /** Chunks that were looked at. */
  nchunks: number
  /** Of them, those that are sound. */
  sound: number
  /** Name of the checksum; `None` means that nothing but the structure could be checked without `deep`. */
  checksum: string
  deep: boolean
}

export interface RecoverOptions extends RunOptions {
  maxChunk?: number
  /** `zeros`: lost chunks are replaced by zeros, so that what follows stays in its place. */
  fill?: 'zeros'
  /** Plain bytes are wanted: chunks that cannot be decompressed here count as lost. */
  readable?: boolean
}

/** What was recovered, and what was not. */
export interface RecoveryReport {
  /** Nothing of the data and metadata was lost. */
  ok: boolean
  findings: Finding[]
  /** Chunks that were kept as they are. */
  kept: number
  /** Chunks that are lost. */
  lost: number
  /** Of them, those that zeros stand for. */
  filled: number
  /** Plain bytes of what was written. */
  nbytes: number
}

/** What is left of a damaged container, ready to be written. */
export interface Recovery {
  report: RecoveryReport
  /** The array that is left; plain bytes where it is undefined. */
  layout: NdarrayLayout | undefined
  /** Writes a sound container of the same kind. */
  writeSound(sink: ByteSink, options: RunOptions): Promise<void>
  /** Writes the plain bytes. */
  writePlain(sink: PlainSink, options: RunOptions): Promise<void>
}

/** What a change was asked to do. */
export interface ChangeOptions extends RunOptions, PackOptions {
  /** Plain bytes to an array: whole rows. */
  raw?: boolean
  /** Make room where there is none. */
  grow?: boolean
  /** Name of this change: one whose id is there already is not made. */
  appendId?: string
}

/** What an append came to. */
export interface AppendResult {
  /** Plain bytes appended. */
  nbytes: number
  /** Plain bytes now, without padding. */
  totalBytes: number
  nchunks: number
  /** Chunks that still fit, where room is limited. */
  room?: number
  /** Was all of it rewritten with more room? */
  grown?: boolean
  shape?: readonly number[]
  /** Was an append with this id there already, so that nothing was done? */
  skipped: boolean
}

/** Changes of what stands in a place that keeps them whole: see `disk/` and `store/`. */
export interface ContainerChange {
  /** All of the sources or nothing; each is known to have a size, or to be readable once more. */
  append(place: Replaceable, sources: readonly PlainSource[], options: ChangeOptions): Promise<AppendResult>
  /** Metadata, by name. */
  metadata(place: Replaceable, edit: MetadataEdit, options: ChangeOptions): Promise<void>
}

/** @param value JSON text, or bytes as they are; undefined to remove it */
export interface MetadataEdit {
  name: string
  value: string | Uint8Array | undefined
  /** Among the metalayers whose size is fixed. */
  fixed?: boolean
}
