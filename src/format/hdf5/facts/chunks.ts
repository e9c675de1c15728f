// The facts of each stored chunk of a dataset, for `--chunks` and JSON.

import { chunkBox } from '../../../array/chunk-box.js'
import { partition } from '../../../array/geometry.js'
import {
  type Blosc2ChunkHeader,
  EXTENDED_HEADER_BYTES,
  parseBlosc2ChunkHeader,
  type Special,
} from '../../../chunk/blosc2/header.js'
import { jsonRatio, prettyRatio } from '../../../core/sizes.js'
import { Workspace } from '../../../kernels/workspace.js'
import { chunkCodec, type FilterInfo, filtersOf, filterText } from '../../chunks/compression-names.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import { type FactTable, ifSound } from '../../facts.js'
import { openFrame } from '../filters/blosc2-frame.js'
import { leftOutText } from '../filters/describe.js'
import type { ChunkEntry } from '../model.js'
import { frameHeaderOf, isStored } from '../read/chunk-frame.js'
import type { ChunkedValues } from '../read/chunked.js'
import { chunkBytesOf, maskOf, type PipedDataset, storedChunk } from '../read/piped-task.js'

/** What is in the frame of a chunk. */
interface InFrame {
  special: Special
  /** Null if nothing is compressed. */
  codec: string | null
  filters: FilterInfo[]
  nblocks: number
}

/** A stored chunk. */
export interface ChunkFacts {
  /** In the grid, in C order. */
  index: number
  /** Its first item along each axis. */
  start: readonly number[]
  /** Position in the file, in bytes. */
  offset: number
  nbytes: number
  cbytes: number
  ratio: number | null
  /** Bit i: filter i was left out. */
  mask: number
  /** Of a frame of one chunk; null if it cannot be read. Missing where chunks are no frames. */
  frame?: InFrame | null
  /** Why it cannot be read, if the index shows it. */
  damage?: string
}

function inFrame(h: Blosc2ChunkHeader): InFrame {
  const { special, memcpyed, filters, nblocks } = h
  const isPacked = special === 'none' && !memcpyed
  return { special, codec: isPacked ? chunkCodec(h) : null, filters: filtersOf(filters), nblocks }
}

/** A frame whose index tells the value of all items. */
async function specialIn(d: PipedDataset, index: number, entry: ChunkEntry): Promise<InFrame | null> {
  const { stored, chunk, place } = await storedChunk(d, index, entry)
  const { chunks } = await openFrame({ ws: new Workspace(), most: chunk.chunkBytes, place }, stored)
  const [only] = chunks.entries
  if (only === undefined || 'open' in only) return null
  return { special: only.special, codec: null, filters: [], nblocks: 0 }
}

async function frameOf(d: PipedDataset, index: number, entry: ChunkEntry): Promise<InFrame | null> {
  const { address, cbytes } = entry
  if (maskOf(d, entry, index) !== 0) return null
  const bytes = new SourceChunk(d.source, address, cbytes, { chunk: index, offset: address })
  const header = await frameHeaderOf(bytes)
  if (!isStored(header)) return specialIn(d, index, entry)
  const front = Math.min(EXTENDED_HEADER_BYTES, cbytes - header.headerBytes)
  return inFrame(parseBlosc2ChunkHeader(await bytes.fetch(header.headerBytes, front), bytes.place))
}

/** The stored chunks of a dataset in C order. Of frames, only their heads are read. @throws BlpkError IO */
export async function chunkFacts({ data, frames }: ChunkedValues): Promise<ChunkFacts[]> {
  const { table, shape, chunkShape: chunkshape } = data
  const cut = partition({ shape, chunkshape, blockshape: chunkshape })
  const nbytes = chunkBytesOf(data)
  const facts: ChunkFacts[] = []
  for (const [index, entry] of [...table].sort(([a], [b]) => a - b)) {
    const { address: offset, cbytes, damage } = entry
    const frame = frames && { frame: (await ifSound(() => frameOf(data, index, entry))) ?? null }
    const ratio = cbytes === 0 ? null : jsonRatio(nbytes, cbytes)
    const { start } = chunkBox(cut, index)
    const mask = maskOf(data, entry, index)
    const found = { index, start, offset, nbytes, cbytes, ratio, mask, ...frame }
    facts.push({ ...found, ...(damage !== undefined && { damage }) })
  }
  return facts
}

function frameRow(frame: InFrame | null): string[] {
  if (frame === null) return ['-', '-', '-']
  const { special, codec, filters, nblocks } = frame
  if (special !== 'none') return [special, '-', '-']
  return [codec ?? 'stored', `${nblocks}`, filterText(filters)]
}

/** The same, for people. */
export function chunkTable(facts: readonly ChunkFacts[], { data }: ChunkedValues): FactTable {
  const hasFrames = facts.some(({ frame }) => frame !== undefined)
  const rows = facts.map(({ index, start, offset, nbytes, cbytes, mask, frame, damage }) => [
    `${index}`,
    start.join(', '),
    `${offset}`,
    `${cbytes}`,
    cbytes === 0 ? '-' : prettyRatio(nbytes, cbytes),
    damage ?? leftOutText(data.filters, mask),
    ...(hasFrames ? frameRow(frame ?? null) : []),
  ])
  const more = hasFrames ? ['codec', 'blocks', 'filters'] : []
  return { head: ['chunk', 'start', 'offset', 'cbytes', 'ratio', 'left out', ...more], rows }
}
