// What a container is: the one seam between the verbs and Bloscpack, Blosc2 and whatever comes next. A container tells what it is
// called and how it is known (traits), opens what there is, packs, and, as far as it can, changes, checks and recovers. What it leaves
// out the verbs do in a general way: by reading all of it, and writing all of it anew.

import type { NdarrayLayout } from '../array/npy/index.js'
import type { ByteSink } from '../bytes/byte-sink.js'
import type { Replaceable } from '../bytes/editable.js'
import type { MutableParts } from '../bytes/mutable-parts.js'
import type { RunOptions } from '../engine/options.js'
import type { PlainSink } from '../sinks/plain.js'
import type { PlainSource } from '../sources/plain.js'
import type { Finding } from './damage/finding.js'
import type { Facts, FactsOptions } from './facts.js'
import type { Opened, OpenOptions, OpenPlace } from './opened.js'
import type { ConcatResult, Output, PackResult } from './output.js'
import type { PackOptions } from './pack-options.js'
import type { ContainerTraits, Format } from './traits.js'
import type { VerifyOptions, VerifyReport } from './verification.js'

/** What is packed from an open container takes along what only that kind of container knows. */
export interface PackRequest extends PackOptions {
  from?: Opened
}

/** How chunks are taken as they are; `metadata` take the place of all that are there, those of an array included. */
export interface CopyRequest extends PackOptions {
  /** What the input says of its content, as bytes have it: those of an array among it. */
  described?: string
  /** What the items of an array are, in place of what it says itself. */
  dtype?: string
}

/** A container with all that it can do. */
export interface Container extends ContainerTraits {
  /**
   * Opens it for reading. What was opened owns the place, and closes it; where opening fails the caller does.
   * A pipe may be read once, from start to end: a container that needs more than that holds it in a file.
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, …
   */
  open(place: OpenPlace, options: OpenOptions): Promise<Opened>
  /**
   * What is shown of it, even where it is damaged beyond what is shown. The place stays open. Where this is missing, the
   * head is all there is.
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, …
   */
  facts?(place: OpenPlace, options: FactsOptions): Promise<Facts>
  /**
   * Checks structure and checksums, and with `deep` that everything can be decompressed. All that is wrong is reported; the
   * place stays open. Where this is missing, all of it is read.
   * @throws BlpkError for what is not about the container: files that cannot be read, an interrupt
   */
  verify?(place: OpenPlace, options: VerifyOptions): Promise<VerifyReport>
  /**
   * Packs all of a source, or a part of it.
   * @throws BlpkError USAGE, IO, …; nothing is left behind then
   */
  pack(source: PlainSource, output: Output, format: Format, options: PackRequest): Promise<PackResult>
  /**
   * Takes the content of another container, chunks as they are.
   * @returns undefined where nothing can be copied: it is unpacked and packed then
   */
  copy?(from: Opened, output: Output, format: Format, options: CopyRequest): Promise<ConcatResult | undefined>
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
