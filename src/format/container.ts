// The container interface: the seam between the verbs and Bloscpack, Blosc2 and future formats.

import type { MutableParts } from '../bytes/mutable-parts.js'
import { type BlpkError, unsupported } from '../core/errors.js'
import type { PlainSource } from '../sources/plain.js'
import type { ContainerChange } from './change.js'
import type { Facts, FactsOptions } from './facts.js'
import type { Opened, OpenOptions, OpenPlace } from './opened.js'
import type { ConcatResult, Output, PackResult } from './output.js'
import type { PackOptions } from './pack-options.js'
import type { RecoverOptions, Recovery } from './recovery.js'
import type { ContainerTraits, Format } from './traits.js'
import type { VerifyOptions, VerifyReport } from './verification.js'

/** Contents of an open container that only the same kind of container can take over. */
export interface PackRequest extends PackOptions {
  from?: Opened
}

/** How chunks are copied; `metadata` replace all existing ones, including those of an array. */
export interface CopyRequest extends PackOptions {
  /** The description of the content, as for plain bytes, including that of an array. */
  described?: string
  /** Type of the items of an array, instead of the stored one. */
  dtype?: string
}

/**
 * A container format with all its operations. It gives its names and signature (traits), opens and packs, and
 * optionally changes, checks and recovers. For missing operations the verbs fall back to reading everything
 * and rewriting everything.
 */
export interface Container extends ContainerTraits {
  /**
   * Opens a container for reading. The result owns the place and closes it. If opening fails, the caller
   * closes the place. A pipe can be read only once, from start to end: a container that needs more holds it
   * in a file.
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, …
   */
  open(place: OpenPlace, options: OpenOptions): Promise<Opened>
  /**
   * Names inside that start with `place.inner`, each in the form that `open` takes. Only for containers with
   * `namesInside`. The place stays open. If it is missing, nothing is listed.
   * @throws BlpkError DAMAGED, UNSUPPORTED, IO, …
   */
  names?(place: OpenPlace, options: OpenOptions): AsyncIterable<string>
  /**
   * The facts to show, even if parts that are not shown are damaged. The place stays open. If it is missing,
   * only the head is shown.
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, …
   */
  facts?(place: OpenPlace, options: FactsOptions): Promise<Facts>
  /**
   * Checks structure and checksums; with `deep`, also that everything can be decompressed. Reports all
   * problems. The place stays open. If it is missing, everything is read.
   * @throws BlpkError for problems not of the container itself: unreadable files, an interrupt
   */
  verify?(place: OpenPlace, options: VerifyOptions): Promise<VerifyReport>
  /**
   * Packs a source, or part of it. A read-only container omits it and sets `onlyRead`.
   * @throws BlpkError USAGE, IO, …; no output is left then
   */
  pack?(source: PlainSource, output: Output, format: Format, options: PackRequest): Promise<PackResult>
  /**
   * Takes over the content of another container without recompression.
   * @returns undefined if nothing can be copied: the content is then unpacked and packed again
   */
  copy?(from: Opened, output: Output, format: Format, options: CopyRequest): Promise<ConcatResult | undefined>
  /**
   * Loads the module that changes it in place. If it is missing, everything is rewritten into a replacement.
   */
  change?(): Promise<ContainerChange>
  /**
   * Which parts of an open archive `change` may alter. If it is missing, everything, and readers copy all of
   * it. Without `change`, nothing is altered: readers keep the old version open.
   */
  readonly mutable?: MutableParts
  /**
   * Joins open containers, copying chunks if possible.
   * @returns undefined if they cannot be joined this way: they are then unpacked and packed again
   */
  concat?(
    parts: readonly Opened[],
    output: Output,
    format: Format,
    options: PackOptions,
  ): Promise<ConcatResult | undefined>
  /** Finds the usable data of a damaged container. If it is missing, everything readable is used. */
  recover?(place: OpenPlace, options: RecoverOptions): Promise<Recovery>
}

/** A container that can be written. */
export type PackingContainer = Container & Required<Pick<Container, 'pack'>>

/** The error for writing a read-only format. @param path an existing file */
export function onlyReadError({ what }: Format, path?: string): BlpkError {
  return path === undefined
    ? unsupported(`${what} can only be read, not written: choose another format`)
    : unsupported(`'${path}' is ${what}, which blpk can read, but not change or write`, {
        path,
      })
}

/** The container as one that can be written. @throws BlpkError UNSUPPORTED for a read-only one */
export function packing(container: Container, format: Format): PackingContainer {
  if (!packs(container)) throw onlyReadError(format)
  return container
}

function packs(container: Container): container is PackingContainer {
  return container.pack !== undefined
}
