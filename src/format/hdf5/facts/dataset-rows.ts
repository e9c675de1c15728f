// The facts of a dataset for people.

import { shapeText } from '../../../core/shape-text.js'
import { exactSize, prettyRatio } from '../../../core/sizes.js'
import { codecText, filterText } from '../../chunks/compression-names.js'
import type { FactRow, Head } from '../../facts.js'
import { pipelineText } from '../filters/describe.js'
import type { DatasetSpec } from '../model.js'
import type { NamedObject } from '../names.js'
import type { Values } from '../read/values.js'
import { type ChunkingFacts, chunkingOf, frameFacts, layoutText } from './storage.js'
import { attributesRow, kindOf } from './text.js'

function sizeText(nbytes: number | null): string {
  return nbytes === null ? 'unknown' : exactSize(nbytes)
}

function partitionRows({ chunks, blocks, nchunks, nstored }: ChunkingFacts): FactRow[] {
  if (chunks === null) return []
  const shapes = `chunks ${shapeText(chunks)}${blocks === null ? '' : `, blocks ${shapeText(blocks)}`}`
  return [
    { label: 'partition', value: shapes },
    { label: 'chunks', value: `${nchunks}, ${nstored} of them stored` },
  ]
}

function frameRows(values: Values | undefined): FactRow[] {
  const frame = frameFacts(values)
  if (frame === undefined) return []
  return [
    { label: 'codec', value: codecText(frame) },
    { label: 'filters', value: filterText(frame.chunkFilters) },
  ]
}

/** What is known besides its header. */
interface Described {
  head: Head
  values: Values | undefined
  json: string | undefined
}

export function rowsOf(
  { spec, path }: NamedObject<DatasetSpec>,
  { head, values, json }: Described,
): FactRow[] {
  const { nbytes, cbytes, shape, dtype, format } = head
  const isKnown = nbytes !== null && cbytes !== null && cbytes > 0
  const ratio = isKnown ? `, ratio ${prettyRatio(nbytes, cbytes)}` : ''
  return [
    { label: 'format', value: format ?? '' },
    { label: 'dataset', value: path },
    { label: 'size', value: sizeText(cbytes) },
    { label: 'plain size', value: sizeText(nbytes) + ratio },
    { label: 'array', value: `dtype ${dtype ?? kindOf(spec) ?? 'unknown'}, shape ${shapeText(shape ?? [])}` },
    ...partitionRows(chunkingOf(values)),
    { label: 'layout', value: layoutText(spec) },
    { label: 'pipeline', value: pipelineText(spec.filters) },
    ...frameRows(values),
    attributesRow(json),
  ]
}
