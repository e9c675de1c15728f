// The facts of how the values of a dataset are stored.

import { codecInfoOf, filtersOf } from '../../chunks/compression-names.js'
import type { DatasetSpec } from '../model.js'
import { gridSize } from '../read/chunked.js'
import type { Values } from '../read/values.js'

/** Facts of values in chunks; null for others. */
export interface ChunkingFacts {
  chunks: readonly number[] | null
  blocks: readonly number[] | null
  /** In the grid, stored or not. */
  nchunks: number | null
  nstored: number | null
}

export function chunkingOf(values: Values | undefined): ChunkingFacts {
  if (values?.kind !== 'chunked') return { chunks: null, blocks: null, nchunks: null, nstored: null }
  const { chunkshape, blockshape } = values.array
  const blocks = values.frames === undefined ? null : blockshape
  return { chunks: chunkshape, blocks, nchunks: gridSize(values), nstored: values.table.size }
}

export function layoutText({ layout }: DatasetSpec): string {
  return layout.kind === 'chunked' ? `chunked, index ${layout.index.kind}` : layout.kind
}

/** How the frames of chunks are compressed, by the first of them; undefined if they are none that blocks are read from. */
export function frameFacts(values: Values | undefined) {
  if (values?.kind !== 'chunked' || values.frames === undefined) return undefined
  const { header } = values.frames
  return { ...codecInfoOf(header), chunkFilters: filtersOf(header.filters) }
}
