// What a container is: the one seam between the verbs and Bloscpack, Blosc2 and whatever comes next.

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

/**
 * A container with all that it can do. It says what it is called and how it is recognised (traits), opens what there is,
 * packs, and, as far as it can, changes, checks and recovers. Whatever it leaves out, the verbs do in a general way: they
 * read all of it, and write all of it again.
 */
export interface Container extends ContainerTraits {
  /**
   * Opens it for reading. What was opened owns the place, and closes it; where opening fails the caller does.
   * A pipe may be read once, from start to end: a container that needs more than that holds it in a file.
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, …
   */
  open(place: OpenPlace, options: OpenOptions): Promise<Opened>
  /**
   * Names inside that start as `place.inner` does, each as `open` takes it there. Only of a container with `namesInside`; the
   * place stays open. Where this is missing nothing is listed.
   * @throws BlpkError DAMAGED, UNSUPPORTED, IO, …
   */
  names?(place: OpenPlace, options: OpenOptions): AsyncIterable<string>
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
   * Packs all of a source, or a part of it. A container that is only read leaves it out, and says `onlyRead`.
   * @throws BlpkError USAGE, IO, …; nothing is left behind then
   */
  pack?(source: PlainSource, output: Output, format: Format, options: PackRequest): Promise<PackResult>
  /**
   * Takes the content of another container, chunks as they are.
   * @returns undefined where nothing can be copied: it is unpacked and packed then
   */
  copy?(from: Opened, output: Output, format: Format, options: CopyRequest): Promise<ConcatResult | undefined>
  /** Loads what changes it where it stands. Where this is missing, all of it is written again, and replaces the old. */
  change?(): Promise<ContainerChange>
  /**
   * What `change` may alter of an archive that others have open. Where this is missing: everything, so that readers copy
   * all of it. Without `change` nothing is altered: who has the old one open keeps it.
   */
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

/** A container that makes files. */
export type PackingContainer = Container & Required<Pick<Container, 'pack'>>

/** What is said to whoever wants to write what is only read. @param path of a file that is there */
export function onlyReadError({ what }: Format, path?: string): BlpkError {
  return path === undefined
    ? unsupported(`${what} is only read, and never written: choose another format`)
    : unsupported(
        `'${path}' is ${what}, and such files are only read: blpk neither changes nor writes them`,
        {
          path,
        },
      )
}

/** The container as one that makes files. @throws BlpkError UNSUPPORTED for one that is only read */
export function packing(container: Container, format: Format): PackingContainer {
  if (!packs(container)) throw onlyReadError(format)
  return container
}

function packs(container: Container): container is PackingContainer {
  return container.pack !== undefined
}
