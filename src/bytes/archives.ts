// Tells archives from other bytes. Each container registers how it is recognised; the layers below only ask.

import type { MaybePromise } from '../core/maybe-promise.js'
import type { ByteSource } from './byte-source.js'
import type { ReadSome } from './mutable-parts.js'
import { PEEK_BYTES, PEEK_END_BYTES } from './peek.js'

/** What files of a container are called. */
export interface FileKind {
  /** What its files are called, such as `.blp`. */
  readonly extension: string
  /** Other endings of such names; none is written unless the user asks for it. */
  readonly otherExtensions?: readonly string[]
  /** What messages call it, with an article, such as `a Bloscpack archive`. */
  readonly what: string
}

/** How a container knows its own. */
export interface Recogniser {
  readonly formats: readonly FileKind[]
  /** Is it only read? Nothing that is written then takes the place of its files. */
  readonly onlyRead?: boolean
  /** Is it one, going by its first bytes? @param front the first 32 bytes, or all there are */
  recognise(front: Uint8Array): boolean
  /**
   * The same where a signature may stand elsewhere, such as at byte 512, 1024, 2048 and so on. Asked only where the first bytes
   * tell nothing, and where bytes can be read at any position.
   * @param read gives fewer bytes at the end of the place, and none behind it
   */
  recogniseWithin?(read: ReadSome): MaybePromise<boolean>
  /** The same of one whose first bytes are damaged. @param end the last 32 bytes, or all there are */
  recogniseEnd?(end: Uint8Array): boolean
}

const recognisers: Recogniser[] = []

export function addRecogniser(recogniser: Recogniser): void {
  recognisers.push(recogniser)
}

/** Who knows these first bytes. */
export function recogniserOfFront(front: Uint8Array): Recogniser | undefined {
  return recognisers.find((one) => one.recognise(front))
}

/** The same of what can be read at any position. @param front the first 32 bytes, or all there are */
export async function recogniserWithin(front: Uint8Array, read: ReadSome): Promise<Recogniser | undefined> {
  const found = recogniserOfFront(front)
  if (found !== undefined) return found
  for (const one of recognisers) if ((await one.recogniseWithin?.(read)) === true) return one
  return undefined
}

/** Who knows what a source holds, damaged or not. Of what cannot be read at any position only the first bytes tell. */
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

/** All that the names of a kind end with. */
export function extensionsOf({ extension, otherExtensions = [] }: FileKind): readonly string[] {
  return [extension, ...otherExtensions]
}

/** Does a name, in whatever case, stand for a container that is written here? */
export function hasWrittenName(name: string): boolean {
  const kinds = recognisers.flatMap(({ onlyRead, formats }) => (onlyRead === true ? [] : formats))
  return kinds.flatMap(extensionsOf).some((extension) => name.toLowerCase().endsWith(extension))
}
