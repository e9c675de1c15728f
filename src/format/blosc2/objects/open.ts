// Opens frames by path, address, bytes or source.

import { join } from 'node:path'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { unsupported } from '../../../core/errors.js'
import { attempt } from '../../../core/io-errors.js'
import { knownByName, storeText } from '../../../core/known-files.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import { nodeDisk } from '../../../disk/disk.js'
import { lookAt } from '../../../disk/look.js'
import { type Access, accessOf } from '../../../disk/modes.js'
import type { ReadOptions } from '../../../disk/read-archive.js'
import { openArchiveSource, openSource } from '../../../places/open.js'
import { schemeOf } from '../../../places/registry.js'
import { checkWithin } from '../../../sources/within.js'
import type { PlaceSettings } from '../../../store/settings.js'
import type { CheckMode } from '../../chunks/checksums.js'
import { SPARSE_FRAME_NAME } from '../../frame/magic.js'
import { findMutable } from '../mutable.js'
import { type ListedFrame, listFrame } from './listed-frame.js'

/** A frame that was opened by name. */
export interface OpenedFrame extends ListedFrame {
  /** Undefined for a sparse frame, whose files are not kept open. */
  source: ByteSource | undefined
  /** Access to the file or directory. */
  access: Access | undefined
}

function accessOfInput(
  input: string | Uint8Array | ByteSource,
  { disk = nodeDisk }: ReadOptions,
): Access | undefined {
  const isFile = typeof input === 'string' && schemeOf(input) === undefined
  // Only the real disk has modes.
  if (!isFile || disk !== nodeDisk) return undefined
  return attempt('open', input, () => accessOf(input, SPARSE_FRAME_NAME))
}

/** The directory of a sparse frame, if it is one. */
function directoryOf(input: unknown): string | undefined {
  if (typeof input !== 'string' || schemeOf(input) !== undefined) return undefined
  if (lookAt(input)?.isDirectory() !== true) return undefined
  const store = knownByName('.b2d')
  if (store !== undefined && lookAt(join(input, 'embed.b2e')) !== undefined)
    throw unsupported(storeText(store), { path: input })
  return input
}

/** How a frame is opened. */
export interface FrameOpenOptions extends Omit<ReadOptions, 'frontOnly'>, PlaceSettings {
  /** Position of the frame in the file, in bytes. */
  offset?: number
  /**
   * Which reads are checked, if the frame has checksums. `whole` (default): reads of whole chunks. `always`:
   * also reads of single blocks, for which the whole chunk is read. `never`: none.
   */
  check?: CheckMode
}

/** A frame in a file is read as a snapshot. A frame inside another file is never changed. */
async function openFrameSource(
  input: string | Uint8Array | ByteSource,
  directory: string | undefined,
  options: FrameOpenOptions,
): Promise<ByteSource> {
  if (directory !== undefined) {
    checkWithin(directory, SPARSE_FRAME_NAME)
    return openSource(join(directory, SPARSE_FRAME_NAME))
  }
  return (options.offset ?? 0) > 0
    ? openSource(input, options)
    : openArchiveSource(input, findMutable, options)
}

/**
 * Opens a frame.
 * @param input path or address of a frame, path of a sparse frame's directory, the bytes of a frame, or a source
 * of your own
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, CHECKSUM, UNSUPPORTED
 */
export async function openAny(
  from: PlaceName | Uint8Array | ByteSource,
  options: FrameOpenOptions = {},
): Promise<OpenedFrame> {
  const { offset = 0, check = 'whole' } = options
  const input = from instanceof URL ? placeName(from) : from
  const directory = directoryOf(input)
  const source = await openFrameSource(input, directory, options)
  try {
    if (!source.seekable)
      throw unsupported(`'${source.name}' cannot be read in pieces; save it to a file first`)
    const frame = await listFrame(source, { at: offset, directory, check })
    const isSparse = frame.header.sparse
    if (isSparse) await source.close()
    return { ...frame, access: accessOfInput(input, options), source: isSparse ? undefined : source }
  } catch (error) {
    await source.close()
    throw error
  }
}
