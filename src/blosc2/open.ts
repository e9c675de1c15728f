import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckMode } from '../engine/blosc2/checksums.js'
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

/**
 * Opens a frame.
 * @param input path of a frame or of a sparse frame's directory, the bytes of a frame, or a source of your own
 * @throws BlpkError NOT_FOUND, IO, DAMAGED, CHECKSUM, UNSUPPORTED
 */
export async function openAny(
  input: string | Uint8Array | ByteSource,
  { offset = 0, check = 'whole' }: { offset?: number; check?: CheckMode } = {},
): Promise<OpenedFrame> {
  const directory = typeof input === 'string' && isDirectory(input) ? input : undefined
  const source =
    typeof input === 'string'
      ? new FileSource(directory === undefined ? input : join(directory, SPARSE_FRAME_NAME))
      : input instanceof Uint8Array
        ? new MemorySource(input)
        : input
  const ws = new Workspace()
  try {
    const file = await openFrame(source, ws, { at: offset, directory, check })
    const { header } = file
    const entries = file.offsets.map((place, index) =>
      'special' in place ? place : { open: () => file.chunk(index, place.at) },
    )
    const chunksize = header.variableChunks ? 0 : header.chunksize
    const chunks = new ChunkList(entries, chunksize, header.nbytes, header.typesize, header.blocksize)
    return { header, vlmeta: await readVlmeta(ws, file.vlmeta), chunks, ws, source }
  } catch (error) {
    await source.close()
    throw error
  }
}
