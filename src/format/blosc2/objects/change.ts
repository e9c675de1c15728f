// Changes a frame in place, in one atomic step.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteSource } from '../../../bytes/byte-source.js'
import type { Replaceable } from '../../../bytes/editable.js'
import { unsupported, usage } from '../../../core/errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import { lookAt } from '../../../disk/look.js'
import type { RunOptions } from '../../../engine/options.js'
import { changePlace, type PlaceChangeOptions } from '../../../places/change.js'
import { schemeOf } from '../../../places/registry.js'
import { TailSource } from '../../../sources/tail.js'
import { checkAppendId } from '../../append-ids.js'
import { FrameChange } from '../chunks/frame-change.js'
import { addFrameId, frameIdsOf } from '../chunks/frame-ids.js'
import { ChunkSpill } from '../chunks/spill.js'
import { findMutable } from '../mutable.js'
import { holdsArray } from './array-meta.js'
import { NDArray } from './ndarray.js'
import { SChunk } from './schunk.js'

/** Options of changing a frame. */
export interface ChangeOptions extends PlaceChangeOptions, Pick<RunOptions, 'threads'> {
  /**
   * Name of this change, kept in the frame: a change whose id is there already is not made. The last 1000 are
   * remembered.
   */
  appendId?: string
}

/** Result of a change: the result of the function, unless a change with the same id was already made. */
export type Changed<T> = { skipped: false; result: T } | { skipped: true; result: undefined }

/** Why a directory is not changed. */
export const SPARSE_REFUSAL =
  'is a sparse frame, which cannot be changed in place; save or convert it as a file first'

/** @throws BlpkError UNSUPPORTED for a directory */
function checkFile(path: string): void {
  if (lookAt(path)?.isDirectory() === true) throw unsupported(`'${path}' ${SPARSE_REFUSAL}`, { path })
}

/** The frame at the place of the change. We close the place, not the frame. */
function sourceOver(place: Replaceable): ByteSource {
  const { name, size } = place
  const read: ByteSource['read'] = (at, into) => place.read(at, into)
  const source: ByteSource = { name, size, seekable: true, read, close: () => {} }
  if (place.willRead === undefined) return source
  return new TailSource({ ...source, willRead: (start, stop) => place.willRead?.(start, stop) }, size)
}

/** An array whose chunks do not match its shape is useless to every reader. */
function checkStillArray(schunk: SChunk): void {
  try {
    NDArray.of(schunk)
  } catch (error) {
    const { message } = error as Error
    throw usage(`the change does not fit the shape of the array (${message}); use changeArray`)
  }
}

/** A change of an open frame. */
export interface FrameEdit<T> {
  /** Changes the super-chunk. May use it until the promise resolves. */
  change(schunk: SChunk): Promise<T>
  /** The result if a change with the same id was already made. */
  skipped(schunk: SChunk): T
}

/** How an open frame is changed. */
export type FrameEditOptions = Pick<ChangeOptions, 'appendId' | 'signal' | 'threads'>

/** Changes an open frame and commits the change. */
export async function editFrame<T>(
  place: Replaceable,
  { appendId, signal, threads }: FrameEditOptions,
  edit: FrameEdit<T>,
): Promise<T> {
  const schunk = await SChunk.open(sourceOver(place), threads === undefined ? {} : { threads })
  const isThere = appendId !== undefined && frameIdsOf(schunk.vlmeta).includes(appendId)
  if (isThere) return edit.skipped(schunk)
  const wasArray = holdsArray(schunk)
  const made = new FrameChange(place, schunk.workspace, schunk.parts(), signal)
  const spill = new ChunkSpill(place.path ?? join(tmpdir(), 'blpk-change'))
  try {
    schunk.keepChunks = (chunk) => spill.keep(chunk)
    const result = await edit.change(schunk)
    // Changes that were called but not awaited are part of it.
    await schunk.settled()
    if (appendId !== undefined) addFrameId(schunk.vlmeta, appendId)
    schunk.parts()
    if (wasArray && (made.chunksChanged || !holdsArray(schunk))) checkStillArray(schunk)
    await made.commit()
    return result
  } finally {
    await schunk.close()
    spill.close()
  }
}

/**
 * Changes a frame in place, in one step that no other process and no crash ever sees half done. It waits for other writers,
 * and first rolls back what a killed one left unfinished. The changes that your function makes to the super-chunk (chunks,
 * items, metalayers) are written when it ends: new chunks after the existing ones, then index, trailer and header
 * (README_CFRAME_FORMAT). Until everything is flushed, a journal beside the file keeps what is overwritten. Unchanged chunks
 * stay where they are. If the header changes its size, or less than half of the room would be in use, a new file replaces
 * the old one.
 *
 * An object in a store (`s3://…`) is replaced by a new one, if it is still the version that was read; what stays is copied
 * within the store. If another writer was faster, the change starts again with its result.
 * @param place a path of a frame or an array, or `s3://bucket/key`; sparse frames cannot be changed in place
 * @param change uses the super-chunk until it ends, and not afterwards; for an object it may be called several times
 * @throws BlpkError whatever `change` throws; LOCKED if others write for longer than the timeout; USAGE if the chunks do
 * not fit the array; DAMAGED, UNSUPPORTED, IO, NO_SPACE, for an object also DENIED and NETWORK. The frame is then as it
 * was. UNKNOWN if nobody can tell whether the change took place
 * @example
 * ```ts
 * import { changeFrame } from 'blpk'
 *
 * await changeFrame('log.b2frame', async (schunk) => {
 *   await schunk.append(new Uint8Array(1000))
 *   schunk.vlmeta.set('rows', new TextEncoder().encode('1000'))
 * })
 * ```
 */
export async function changeFrame<T>(
  place: PlaceName,
  change: (schunk: SChunk) => Promise<T>,
  options: ChangeOptions = {},
): Promise<Changed<T>> {
  const path = placeName(place)
  if (options.appendId !== undefined) checkAppendId(options.appendId)
  if (schemeOf(path) === undefined) checkFile(path)
  return changePlace<Changed<T>>(path, findMutable, options, (at) =>
    editFrame<Changed<T>>(at, options, {
      change: async (schunk) => ({ skipped: false, result: await change(schunk) }),
      skipped: () => ({ skipped: true, result: undefined }),
    }),
  )
}

/**
 * Changes an array in place, as {@link changeFrame} does: appends, resizes, sets.
 * @param path a `.b2nd` file, or `s3://bucket/key`
 * @throws BlpkError as {@link changeFrame}; USAGE if the frame holds no array
 * @example
 * ```ts
 * import { changeArray } from 'blpk'
 *
 * await changeArray('grid.b2nd', async (grid) => {
 *   await grid.append(new Float64Array(4)) // one row of an array of shape [n, 4]
 * })
 * ```
 */
export function changeArray<T>(
  path: PlaceName,
  change: (array: NDArray) => Promise<T>,
  options: ChangeOptions = {},
): Promise<Changed<T>> {
  return changeFrame(path, async (schunk) => change(NDArray.of(schunk)), options)
}
