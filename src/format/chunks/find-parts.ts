// Finds the chunks of many reads, and announces the reads to slow sources.

import type { ByteSource, ByteSpan } from '../../bytes/byte-source.js'
import type { ChunkBytes } from '../../chunk/blosc2/chunk-bytes.js'
import { usesFirstBlock } from '../../chunk/blosc2/pipeline.js'
import { CheckedChunk } from './checksums.js'
import { blocksOf, type ChunkPart } from './chunk-part.js'
import type { ChunkFinder, FoundChunk } from './found-chunk.js'
import { SourceChunk } from './source-chunk.js'

/** Number of chunks that are announced together. */
const BATCH = 64

/** A wanted part of a chunk. */
interface Wanted {
  index: number
  part: ChunkPart
}

/** The source of a chunk, if it is slow and prefetches. */
function slowChunk(bytes: ChunkBytes): (SourceChunk & { source: Announcing }) | undefined {
  const inner = bytes instanceof CheckedChunk ? bytes.inner : bytes
  const isSlow = inner instanceof SourceChunk && inner.source.willReadParts !== undefined
  return isSlow ? (inner as SourceChunk & { source: Announcing }) : undefined
}

type Announcing = ByteSource & Required<Pick<ByteSource, 'willReadParts'>>

/** Range of a chunk that a part needs, from its start. */
function spansOf({ bytes, layout }: FoundChunk, part: ChunkPart, itemBytes: number): ByteSpan[] {
  const { header, starts, ends, pattern } = layout
  const { blocksize, headerBytes, memcpyed, nbytes, cbytes, variableBlocks } = header
  if (pattern !== undefined) return []
  const wanted = variableBlocks || blocksize === 0 ? [] : blocksOf(part, blocksize, itemBytes)
  const isChecked = bytes instanceof CheckedChunk && bytes.always
  if (variableBlocks || usesFirstBlock(header) || isChecked || wanted.length >= header.nblocks)
    return [[0, cbytes]]
  const blockAt = (i: number): number => headerBytes + i * blocksize
  return wanted.map((i) =>
    memcpyed ? [blockAt(i), Math.min(blockAt(i + 1), headerBytes + nbytes)] : [starts[i] ?? 0, ends[i] ?? 0],
  )
}

function inSource({ position }: SourceChunk, spans: readonly ByteSpan[]): ByteSpan[] {
  return spans.map(([start, stop]) => [position + start, position + stop])
}

/** Announces the starts of chunks that are still unknown. */
async function announceHeads(chunks: ChunkFinder, reads: readonly Wanted[]): Promise<void> {
  const spans: ByteSpan[] = []
  let source: Announcing | undefined
  for (const { index } of reads) {
    const chunk = chunks.knows(index) ? undefined : slowChunk(await chunks.bytes(index))
    if (chunk === undefined) continue
    source = chunk.source
    spans.push(...inSource(chunk, [[0, chunk.headBytes]]))
  }
  source?.willReadParts(spans)
}

/**
 * Finds chunks in order. Where they lie behind a slow source, it is told first what is going to be read: the starts of
 * many chunks, then the blocks that are wanted of them, so that few requests bring all of it and little else.
 */
export async function* findParts<T extends Wanted>(
  chunks: ChunkFinder,
  reads: readonly T[],
  itemBytes: number,
): AsyncGenerator<T & FoundChunk> {
  for (let at = 0; at < reads.length; at += BATCH) {
    const batch = reads.slice(at, at + BATCH)
    const [first] = batch
    if (first === undefined || slowChunk(await chunks.bytes(first.index)) === undefined) {
      for (const read of batch) yield { ...read, ...(await chunks.find(read.index)) }
      continue
    }
    await announceHeads(chunks, batch)
    const found: (T & FoundChunk)[] = []
    for (const read of batch) found.push({ ...read, ...(await chunks.find(read.index)) })
    const spans = found.flatMap((one): ByteSpan[] => {
      const chunk = slowChunk(one.bytes)
      return chunk === undefined || chunk.isWhole ? [] : inSource(chunk, spansOf(one, one.part, itemBytes))
    })
    slowChunk(await chunks.bytes(first.index))?.source.willReadParts(spans)
    yield* found
  }
}
