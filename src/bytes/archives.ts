// Tells archives from other bytes. Each container registers its signature; lower layers only ask.

import { knownByBytes } from '../core/known-files.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { ByteSource } from './byte-source.js'
import type { ReadSome } from './mutable-parts.js'
import { PEEK_BYTES, PEEK_END_BYTES } from './peek.js'

/** Names and signature of the files of a container. */
export interface FileKind {
  /** Extension of its files, such as `.blp`. */
  readonly extension: string
  /** Other extensions. They are written only if the user asks for them. */
  readonly otherExtensions?: readonly string[]
  /** Its name in messages, with an article, such as `a Bloscpack archive`. */
  readonly what: string
}

/** How a container recognises its files. */
export interface Recogniser {
  readonly formats: readonly FileKind[]
  /** Whether the container is read-only. Its files are then never replaced. */
  readonly onlyRead?: boolean
  /** Whether its files may hold more than what a run writes. They are then added to, and never replaced. */
  readonly isNeverReplaced?: boolean
  /** Is it one, going by its first bytes? @param front the first 32 bytes, or all there are */
  recognise(front: Uint8Array): boolean
  /**
   * Recognises a signature at other positions, such as byte 512, 1024, 2048 and so on. Called only if the
   * first bytes are not recognised, nor those of another kind of file, and bytes can be read at any position.
   * @param read gives fewer bytes at the end of the place, and none after it
   */
  recogniseWithin?(read: ReadSome): MaybePromise<boolean>
  /**
   * Recognises a container whose first bytes are damaged.
   * @param end the last 32 bytes, or all there are
   */
  recogniseEnd?(end: Uint8Array): boolean
}

const recognisers: Recogniser[] = []

export function addRecogniser(recogniser: Recogniser): void {
  recognisers.push(recogniser)
}

/** The container with these first bytes. */
export function recogniserOfFront(front: Uint8Array): Recogniser | undefined {
  return recognisers.find((one) => one.recognise(front))
}

/**
 * The same for bytes that can be read at any position.
 * @param front the first 32 bytes, or all there are
 */
export async function recogniserWithin(front: Uint8Array, read: ReadSome): Promise<Recogniser | undefined> {
  const found = recogniserOfFront(front)
  // To look for signatures further on costs requests, where each read is one.
  if (found !== undefined || knownByBytes(front) !== undefined) return found
  for (const one of recognisers) if ((await one.recogniseWithin?.(read)) === true) return one
  return undefined
}

/**
 * The container in a source, damaged or not. If the source cannot be read at any position, only its first
 * bytes are used.
 */
export async function recogniserOf(source: ByteSource): Promise<Recogniser | undefined> {
  const read: ReadSome = async (position, nbytes) => {
    const bytes = new Uint8Array(nbytes)
    return bytes.subarray(0, await source.read(position, bytes))
  }
  const front = await read(0, PEEK_BYTES)
  if (!source.seekable) return recogniserOfFront(front)
  const found = await recogniserWithin(front, read)
  const { size } = source
  if (found !== undefined || size === undefined) return found
  const stop = Math.min(PEEK_END_BYTES, size)
  const end = await read(size - stop, stop)
  return recognisers.find((one) => one.recogniseEnd?.(end) === true)
}

/** All extensions of a kind. */
export function extensionsOf({ extension, otherExtensions = [] }: FileKind): readonly string[] {
  return [extension, ...otherExtensions]
}

/** Whether a name, in any case, is that of a container that can be written. */
export function hasWrittenName(name: string): boolean {
  const kinds = recognisers.flatMap(({ onlyRead, formats }) => (onlyRead === true ? [] : formats))
  return kinds.flatMap(extensionsOf).some((extension) => name.toLowerCase().endsWith(extension))
}
