// The facts that `info` reports about a frame or an array, for people.

import { JsonText } from '../../core/json/json.js'
import { shapeText } from '../../core/shape-text.js'
import { exactSize, prettyRatio } from '../../core/sizes.js'
import { codecText, filterText } from '../chunks/compression-names.js'
import type { FactRow, Facts, FactTable } from '../facts.js'
import type { FrameChunkInfo, FrameInfo, LayerInfo } from './describe.js'

/** Metalayers of more characters are truncated. */
const MAX_SHOWN = 200

function chunksText({ nchunks, chunkSize, special }: FrameInfo): string {
  const size = chunkSize === null ? 'of varying size' : `of ${exactSize(chunkSize)}`
  const kinds = Object.entries(special).map(([kind, count]) => `${count} of them ${kind}`)
  return [`${nchunks} ${size}`, ...kinds].join(', ')
}

/** The start of a value; text is shown without quotes. */
function jsonStart({ text }: JsonText): string {
  const plain = text.startsWith('"') ? (JSON.parse(text) as string) : text
  return plain.length > MAX_SHOWN ? `${plain.slice(0, MAX_SHOWN)}…` : plain
}

function layerText({ name, size, content }: LayerInfo): string {
  const shown = content instanceof JsonText ? jsonStart(content) : (content ?? 'cannot be read')
  return `${name} (${exactSize(size)}): ${shown}`
}

function layersRow(label: string, layers: readonly LayerInfo[]): FactRow {
  return layers.length === 0 ? { label, value: 'none' } : { label, value: '', below: layers.map(layerText) }
}

function chunkRow(chunk: FrameChunkInfo): string[] {
  const { index, offset, nbytes, cbytes, special, codec, stored, nblocks } = chunk
  return [
    `${index}`,
    offset === null ? '-' : `${offset}`,
    `${nbytes}`,
    cbytes === null ? '-' : `${cbytes}`,
    cbytes === null ? '-' : prettyRatio(nbytes, cbytes),
    special === 'none' ? `${stored ? 'stored' : codec}` : special,
    special === 'none' && !stored ? `${nblocks}` : '-',
    special === 'none' ? filterText(chunk.filters) : '-',
  ]
}

function chunkTable(chunks: readonly FrameChunkInfo[]): FactTable {
  const head = ['chunk', 'offset', 'nbytes', 'cbytes', 'ratio', 'codec', 'blocks', 'filters']
  return { head, rows: chunks.map(chunkRow) }
}

/** Only shown if values change, or may change. */
function lossRows({ lossy }: FrameInfo): FactRow[] {
  if (lossy === false) return []
  return [{ label: 'lossy', value: lossy === null ? 'perhaps' : 'values are not restored exactly' }]
}

function arrayRows({ array }: FrameInfo): FactRow[] {
  if (array === null) return []
  return [
    { label: 'array', value: `dtype ${array.dtype}, shape ${shapeText(array.shape)}` },
    {
      label: 'partition',
      value: `chunks ${shapeText(array.chunks)}, blocks ${shapeText(array.blocks)}`,
    },
  ]
}

/** The facts of a frame, for people. */
export function rowsOf(info: FrameInfo): Pick<Facts, 'rows' | 'tables'> {
  const rows: FactRow[] = [
    { label: 'format', value: info.format },
    ...(info.object === null ? [] : [{ label: 'object', value: info.object }]),
    { label: 'size', value: exactSize(info.cbytes) },
    {
      label: 'plain size',
      value: `${exactSize(info.nbytes)}, ratio ${prettyRatio(info.nbytes, info.cbytes)}`,
    },
    ...arrayRows(info),
    { label: 'chunks', value: chunksText(info) },
    { label: 'typesize', value: `${info.typesize}` },
    { label: 'codec', value: codecText(info) },
    { label: 'filters', value: filterText(info.filters) },
    ...lossRows(info),
    {
      label: 'checksum',
      value: info.checksum === 'stale' ? 'stale: another tool changed the frame since' : info.checksum,
    },
    layersRow('metalayers', info.metalayers),
    layersRow('vlmetalayers', info.vlmetalayers),
  ]
  return { rows, tables: info.chunks === undefined ? [] : [chunkTable(info.chunks)] }
}
