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
import { Workspace } from '../../../kernels/workspace.js'
import { openArchiveSource, openSource } from '../../../places/open.js'
import { schemeOf } from '../../../places/registry.js'
import { checkWithin } from '../../../sources/within.js'
import type { PlaceSettings } from '../../../store/settings.js'
import type { CheckMode } from '../chunks/checksums.js'
import { ChunkList } from '../chunks/chunk-list.js'
import { openFrame } from '../chunks/frame-file.js'
import { readVlmeta } from '../chunks/vlmeta.js'
import type { FrameHeader } from '../frame/header.js'
import type { Layers } from '../frame/layers.js'
import { SPARSE_FRAME_NAME } from '../frame/magic.js'
import { type FrameObject, isStandIn, objectIn, standInError } from '../frame/objects.js'
import { findMutable } from '../mutable.js'

/** A frame that was opened, with the chunks as a list. */
export interface OpenedFrame {
  header: FrameHeader
  /** Plain contents. */
  vlmeta: Layers
  chunks: ChunkList
  ws: Workspace
  /** What it is besides a list of numbers. */
  object: FrameObject | undefined
  /** Undefined for a sparse frame: nothing of it stays open. */
  source: ByteSource | undefined
  /** Who may do what with the file or directory. */
  access: Access | undefined
}

function accessOfInput(
  input: string | Uint8Array | ByteSource,
  { disk = nodeDisk }: ReadOptions,
): Access | undefined {
  const isFile = typeof input === 'string' && schemeOf(input) === undefined
  // Other disks than the real one have no modes.
  if (!isFile || disk !== nodeDisk) return undefined
  return attempt('open', input, () => accessOf(input, SPARSE_FRAME_NAME))
}

/** The directory of a sparse frame, where it is one. */
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
  /** Where the frame starts in the file, in bytes. */
  offset?: number
  /**
   * Which reads are checked, where the frame has checksums: `whole` (default) those of whole chunks, `always` those of
   * single blocks too, for which the whole chunk is then read, `never` none.
   */
  check?: CheckMode
}

/** A frame in a file is read in one state, however it is changed meanwhile; one inside a file is never changed. */
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
  const ws = new Workspace()
  try {
    if (!source.seekable)
      throw unsupported(`'${source.name}' cannot be read in pieces; save it to a file first`)
    const file = await openFrame(source, ws, { at: offset, directory, check })
    const { header } = file
    const entries = file.offsets.map((place, index) =>
      'special' in place
        ? place
        : {
            open: () => file.chunk(index, place.at),
            ...(header.sparse ? { number: place.at } : { at: place.at }),
          },
    )
    // What was emptied need not go on with sizes of their own.
    const isVariable = header.variableChunks && entries.length > 0
    const chunksize = isVariable ? 0 : header.chunksize
    const chunks = new ChunkList(entries, chunksize, header.nbytes, header.typesize, header.blocksize)
    const vlmeta = await readVlmeta(ws, file.vlmeta)
    const object = objectIn(header.meta, vlmeta)
    const allStored = file.offsets.every((offset) => 'at' in offset)
    const whole = { meta: header.meta, vlmeta, nchunks: file.offsets.length, allStored }
    if (object !== undefined && isStandIn(object, whole))
      chunks.refusal = () => standInError(object, source.name)
    if (header.sparse) await source.close()
    const access = accessOfInput(input, options)
    return { header, vlmeta, chunks, ws, object, access, source: header.sparse ? undefined : source }
  } catch (error) {
    await source.close()
    throw error
  }
}
