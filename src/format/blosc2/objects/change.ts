import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteSource } from '../../../bytes/byte-source.js'
import type { Replaceable } from '../../../bytes/editable.js'
import { interrupted, located, unsupported, usage } from '../../../core/errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import { type LockOptions, openForChange } from '../../../disk/changing-file.js'
import { lookAt } from '../../../disk/look.js'
import { inTurns } from '../../../engine/change-turns.js'
import type { RunOptions } from '../../../engine/options.js'
import { remoteOpener } from '../../../places/registry.js'
import { TailSource } from '../../../sources/tail.js'
import type { ChangeSettings } from '../../../store/settings.js'
import { checkAppendId } from '../../append-ids.js'
import { FrameChange } from '../chunks/frame-change.js'
import { addFrameId, frameIdsOf } from '../chunks/frame-ids.js'
import { ChunkSpill } from '../chunks/spill.js'
import { findMutable } from '../mutable.js'
import { holdsArray } from './array-meta.js'
import { NDArray } from './ndarray.js'
import { SChunk } from './schunk.js'

/** Options of a change of a frame. */
export interface ChangeOptions extends LockOptions, ChangeSettings, Pick<RunOptions, 'threads'> {
  /**
   * Name of this change, kept in the frame: a change whose id is there already is not made. The last 1000 are
   * remembered.
   */
  appendId?: string
}

/** What came of a change: what the function gave, unless one with the same id was made before. */
export type Changed<T> = { skipped: false; result: T } | { skipped: true; result: undefined }

/** @throws BlpkError UNSUPPORTED for a directory */
export function checkFile(path: string): void {
  if (lookAt(path)?.isDirectory() !== true) return
  throw unsupported(
    `'${path}' is a sparse frame: those are not changed in place; save or convert it as a file first`,
    { path },
  )
}

/** The frame where it is changed; whoever closes it leaves the place to us. */
function sourceOver(place: Replaceable): ByteSource {
  const { name, size } = place
  const read: ByteSource['read'] = (at, into) => place.read(at, into)
  const source: ByteSource = { name, size, seekable: true, read, close: () => {} }
  if (place.willRead === undefined) return source
  return new TailSource({ ...source, willRead: (start, stop) => place.willRead?.(start, stop) }, size)
}

/** An array whose chunks are not those of its shape is of no use to any reader. */
function checkStillArray(schunk: SChunk): void {
  try {
    NDArray.of(schunk)
  } catch (error) {
    const { message } = error as Error
    throw usage(`the change does not go with the shape of the array (${message}); use changeArray`)
  }
}

/** @param spillBeside path beside which new chunks are kept until the change is made, where they are many */
async function changeOpened<T>(
  place: Replaceable,
  spillBeside: string,
  change: (schunk: SChunk) => Promise<T>,
  { appendId, signal, threads }: ChangeOptions,
): Promise<Changed<T>> {
  const schunk = await SChunk.open(sourceOver(place), threads === undefined ? {} : { threads })
  if (appendId !== undefined && frameIdsOf(schunk.vlmeta).includes(appendId))
    return { skipped: true, result: undefined }
  const wasArray = holdsArray(schunk)
  const made = new FrameChange(place, schunk.workspace, schunk.parts(), signal)
  const spill = new ChunkSpill(spillBeside)
  try {
    schunk.keepChunks = (chunk) => spill.keep(chunk)
    const result = await change(schunk)
    // Changes that were called, but not waited for, are part of it.
    await schunk.settled()
    if (appendId !== undefined) addFrameId(schunk.vlmeta, appendId)
    schunk.parts()
    if (wasArray && (made.chunksChanged || !holdsArray(schunk))) checkStillArray(schunk)
    await made.commit()
    return { skipped: false, result }
  } finally {
    await schunk.close()
    spill.close()
  }
}

async function changeFile<T>(
  path: string,
  change: (schunk: SChunk) => Promise<T>,
  o: ChangeOptions,
): Promise<Changed<T>> {
  checkFile(path)
  const file = await openForChange(path, findMutable, o)
  try {
    return await changeOpened(file, file.path, change, o)
  } finally {
    file.close()
  }
}

/**
 * Changes a frame where it stands, in one step that other processes and a crash never see half done.
 * The call waits for other writers, and first puts back what a killed one left undone. What the function does to
 * the super-chunk (chunks, items, metalayers) is written when it has come to its end: new chunks behind the
 * others, then index, trailer and header (README_CFRAME_FORMAT). What is overwritten is in a journal beside the
 * file until everything was flushed. Chunks that did not change stay where they are; where the header gets
 * another size, or less than half of the room would be in use, a whole new file takes the place of the old one.
 *
 * An object of a store (`s3://…`) is replaced by one made out of it, if it still is the version that was read: what is
 * kept is copied within the store. Who finds that others were quicker starts over with theirs.
 * @param path of a frame or an array, or `s3://bucket/key`; sparse frames are not changed in place
 * @param change may use the super-chunk until it ends, and not afterwards; of an object it may be called several times
 * @throws BlpkError what `change` throws; LOCKED where others write for longer than the timeout, USAGE where the
 * chunks do not go with the array, DAMAGED, UNSUPPORTED, IO, NO_SPACE, of an object also DENIED and NETWORK; the frame
 * is then as it was. UNKNOWN where nobody can tell whether the change was made
 */
export async function changeFrame<T>(
  place: PlaceName,
  change: (schunk: SChunk) => Promise<T>,
  options: ChangeOptions = {},
): Promise<Changed<T>> {
  const path = placeName(place)
  if (options.appendId !== undefined) checkAppendId(options.appendId)
  const open = remoteOpener(path, options)
  try {
    if (open === undefined) return await changeFile(path, change, options)
    const beside = join(tmpdir(), 'blpk-change')
    return await inTurns(path, open, (object) => changeOpened(object, beside, change, options), options)
  } catch (error) {
    throw located(interrupted(error, options.signal))
  }
}

/**
 * The same for an array: appends, resizes, sets.
 * @param path of a `.b2nd`
 * @throws BlpkError as {@link changeFrame}; USAGE where the frame holds no array
 */
export function changeArray<T>(
  path: PlaceName,
  change: (array: NDArray) => Promise<T>,
  options: ChangeOptions = {},
): Promise<Changed<T>> {
  return changeFrame(path, async (schunk) => change(NDArray.of(schunk)), options)
}
