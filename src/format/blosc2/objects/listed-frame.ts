// Opens a frame with its chunks as a list, the basis of super-chunks and arrays.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { Workspace } from '../../../kernels/workspace.js'
import { ChunkList } from '../../chunks/chunk-list.js'
import type { FrameHeader } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { type FrameObject, isStandIn, objectIn, standInError } from '../../frame/objects.js'
import { type FrameOptions, openFrame } from '../chunks/frame-file.js'
import { readVlmeta } from '../chunks/vlmeta.js'

/** A frame with its chunks as a list. */
export interface ListedFrame {
  header: FrameHeader
  /** Uncompressed contents. */
  vlmeta: Layers
  chunks: ChunkList
  ws: Workspace
  /** The kind of object besides plain numbers. */
  object: FrameObject | undefined
}

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
export async function listFrame(source: ByteSource, options: FrameOptions = {}): Promise<ListedFrame> {
  const ws = new Workspace()
  const file = await openFrame(source, ws, options)
  const { header } = file
  const entries = file.offsets.map((place, index) =>
    'special' in place
      ? place
      : {
          open: () => file.chunk(index, place.at),
          ...(header.sparse ? { number: place.at } : { at: place.at }),
        },
  )
  // A frame that was emptied need not keep variable sizes.
  const isVariable = header.variableChunks && entries.length > 0
  const chunksize = isVariable ? 0 : header.chunksize
  const chunks = new ChunkList(entries, chunksize, header.nbytes, header.typesize, header.blocksize)
  const vlmeta = await readVlmeta(ws, file.vlmeta)
  const object = objectIn(header.meta, vlmeta)
  const allStored = file.offsets.every((offset) => 'at' in offset)
  const whole = { meta: header.meta, vlmeta, nchunks: file.offsets.length, allStored }
  if (object !== undefined && isStandIn(object, whole))
    chunks.refusal = () => standInError(object, source.name)
  return { header, vlmeta, chunks, ws, object }
}
