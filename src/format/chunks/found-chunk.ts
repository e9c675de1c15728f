// What readers of parts need of the chunks that they read from, wherever these are stored.

import type { ChunkBytes } from '../../chunk/blosc2/chunk-bytes.js'
import { type BlockHook, type DecodeOptions, OpenChunk } from '../../chunk/blosc2/decode.js'
import type { ChunkLayout } from '../../chunk/blosc2/layout.js'
import type { Workspace } from '../../kernels/workspace.js'

/** A hook for a chunk that starts at `start` in the plain bytes. */
export function atPlace(hook: BlockHook | undefined, start: number): BlockHook | undefined {
  return hook && ((input, output, offset) => hook(input, output, start + offset))
}

/** A chunk whose layout is known, and its position in the plain bytes. */
export interface FoundChunk {
  bytes: ChunkBytes
  layout: ChunkLayout
  start: number
}

/** Opens a chunk that was found. @param options the postfilter gets positions among all plain bytes */
export function openFound(
  ws: Workspace,
  { bytes, layout, start }: FoundChunk,
  options: DecodeOptions,
): OpenChunk {
  const { postfilter } = options
  if (postfilter === undefined) return new OpenChunk(ws, bytes, layout, options)
  return new OpenChunk(ws, bytes, layout, { ...options, postfilter: atPlace(postfilter, start) })
}

/** The chunks of a super-chunk or of an array, by number. */
export interface ChunkFinder {
  /** @throws BlpkError UNSUPPORTED if the chunks are placeholders for values stored elsewhere */
  checkHolds(): void
  /** Whether it is known without reading that the chunk is zeros. */
  isZeros(index: number): boolean
  /** Whether the layout of a chunk is cached, or nothing must be read for it. */
  knows(index: number): boolean
  /** The stored bytes of a chunk, or what must be read first to find them. */
  bytes(index: number): Promise<ChunkBytes>
  /** A chunk with everything needed to decode it. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
  find(index: number): Promise<FoundChunk>
}
