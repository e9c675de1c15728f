import { statSync } from 'node:fs'
import { type ChangingFile, type LockOptions, openForChange } from '../disk/changing-file.js'
import { nodeDisk } from '../disk/disk.js'
import { checkAppendId } from '../engine/append/ids.js'
import { FrameChange } from '../engine/blosc2/frame-change.js'
import { addFrameId, frameIdsOf } from '../engine/blosc2/frame-ids.js'
import { ChunkSpill } from '../engine/blosc2/spill.js'
import { interrupted } from '../engine/pack.js'
import { located } from '../engine/unpack.js'
import { unsupported, usage } from '../errors.js'
import { schemeOf } from '../places.js'
import type { ByteSource } from '../sources/byte-source.js'
import { holdsArray } from './array-meta.js'
import { NDArray } from './ndarray.js'
import { SChunk } from './schunk.js'

/** Options of a change of a frame in a file. */
export interface ChangeOptions extends LockOptions {
  /**
   * Name of this change, kept in the frame: a change whose id is there already is not made. The last 1000 are
   * remembered.
   */
  appendId?: string
}

/** What came of a change: what the function gave, unless one with the same id was made before. */
export type Changed<T> = { skipped: false; result: T } | { skipped: true; result: undefined }

function checkPlace(path: string): void {
  if (schemeOf(path) !== undefined)
    throw unsupported(`'${path}' is not on this machine: change a copy of it, and put that in its place`)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw unsupported(
      `'${path}' is a sparse frame: those are not changed in place; save it as a file first`,
      {
        path,
      },
    )
}

/** The frame in the file; whoever closes it leaves the file to us. */
function sourceOver(file: ChangingFile): ByteSource {
  const { name, size } = file
  return { name, size, seekable: true, read: (at, into) => file.read(at, into), close: () => {} }
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

async function changeLocked<T>(
  file: ChangingFile,
  change: (schunk: SChunk) => Promise<T>,
  o: ChangeOptions,
): Promise<Changed<T>> {
  const schunk = await SChunk.open(sourceOver(file))
  const { appendId, disk = nodeDisk, signal } = o
  if (appendId !== undefined && frameIdsOf(schunk.vlmeta).includes(appendId))
    return { skipped: true, result: undefined }
  const wasArray = holdsArray(schunk)
  const made = new FrameChange(file, disk, schunk.workspace, schunk.parts(), signal)
  const spill = new ChunkSpill(file.path)
  try {
    schunk.keepChunks = (chunk) => spill.keep(chunk)
    const result = await change(schunk)
    if (appendId !== undefined) addFrameId(schunk.vlmeta, appendId)
    schunk.parts()
    if (wasArray && (made.chunksChanged || !holdsArray(schunk))) checkStillArray(schunk)
    await made.commit()
    return { skipped: false, result }
  } finally {
    spill.close()
  }
}

/**
 * Changes a frame in a file where it stands, in one step that other processes and a crash never see half done.
 * The call waits for other writers, and first puts back what a killed one left undone. What the function does to
 * the super-chunk (chunks, items, metalayers) is written when it has come to its end: new chunks behind the
 * others, then index, trailer and header (README_CFRAME_FORMAT). What is overwritten is in a journal beside the
 * file until everything was flushed. Chunks that did not change stay where they are; where the header gets
 * another size, or less than half of the room would be in use, a whole new file takes the place of the old one.
 * @param path of a frame or an array; sparse frames are not changed in place
 * @param change may use the super-chunk until it ends, and not afterwards
 * @throws BlpkError what `change` throws; LOCKED where others write for longer than the timeout, USAGE where the
 * chunks do not go with the array, DAMAGED, UNSUPPORTED, IO, NO_SPACE; the frame is then as it was
 */
export async function changeFrame<T>(
  path: string,
  change: (schunk: SChunk) => Promise<T>,
  options: ChangeOptions = {},
): Promise<Changed<T>> {
  if (options.appendId !== undefined) checkAppendId(options.appendId)
  checkPlace(path)
  try {
    const file = await openForChange(path, options)
    try {
      return await changeLocked(file, change, options)
    } finally {
      file.close()
    }
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
  path: string,
  change: (array: NDArray) => Promise<T>,
  options: ChangeOptions = {},
): Promise<Changed<T>> {
  return changeFrame(path, async (schunk) => change(NDArray.of(schunk)), options)
}
