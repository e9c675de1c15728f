import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openArchiveFile, type ReadOptions } from '../disk/read-archive.js'
import { ChunkList } from '../engine/blosc2/chunk-list.js'
import { openFrame, SPARSE_FRAME_NAME } from '../engine/blosc2/frame-file.js'
import { readVlmeta } from '../engine/blosc2/vlmeta.js'
import type { FrameHeader } from '../format/frame/header.js'
import type { Layers } from '../format/frame/layers.js'
import { Workspace } from '../kernels/workspace.js'
import type { ByteSource } from '../sources/byte-source.js'
import { FileSource } from '../sources/file.js'
import { MemorySource } from '../sources/memory.js'

/** A frame that was opened, with the chunks as a list. */
export interface OpenedFrame {
  header: FrameHeader
  /** Plain contents. */
  vlmeta: Layers
  chunks: ChunkList
  ws: Workspace
  source: ByteSource
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** How a frame is opened. */
export interface FrameOpenOptions extends Omit<ReadOptions, 'frontOnly'> {
  /** Where the frame starts in the file, in bytes. */
  offset?: number
}

/** A frame in a file is read in one state, however it is changed meanwhile; one inside a file is never changed. */
async function openFile(path: string, { offset = 0, ...rest }: FrameOpenOptions): Promise<ByteSource> {
  return offset > 0 ? new FileSource(path) : openArchiveFile(path, rest)
}

async function openSource(
  input: string | Uint8Array | ByteSource,
  directory: string | undefined,
  options: FrameOpenOptions,
): Promise<ByteSource> {
  if (directory !== undefined) return new FileSource(join(directory, SPARSE_FRAME_NAME))
  if (typeof input === 'string') return openFile(input, options)
  return input instanceof Uint8Array ? new MemorySource(input) : input
}

/**
 * Opens a frame.
 * @param input path of a frame or of a sparse frame's directory, the bytes of a frame, or a source of your own
 * @throws BlpkError NOT_FOUND, IO, DAMAGED, UNSUPPORTED
 */
export async function openAny(
  input: string | Uint8Array | ByteSource,
  options: FrameOpenOptions = {},
): Promise<OpenedFrame> {
  const directory = typeof input === 'string' && isDirectory(input) ? input : undefined
  const source = await openSource(input, directory, options)
  const ws = new Workspace()
  try {
    const file = await openFrame(source, ws, options.offset, directory)
    const { header } = file
    const entries = file.offsets.map((place, index) =>
      'special' in place ? place : { open: () => file.chunk(index, place.at), at: place.at },
    )
    const chunksize = header.variableChunks ? 0 : header.chunksize
    const chunks = new ChunkList(entries, chunksize, header.nbytes, header.typesize, header.blocksize)
    return { header, vlmeta: await readVlmeta(ws, file.vlmeta), chunks, ws, source }
  } catch (error) {
    await source.close()
    throw error
  }
}
