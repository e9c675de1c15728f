import { shapeText } from '../../array/shape-text.js'
import { JsonText } from '../../core/json/json.js'
import { exactSize, prettyRatio } from '../../core/sizes.js'
import { oneLine } from '../exit.js'
import type { FilterInfo, FrameChunkInfo, FrameInfo, LayerInfo } from './frame-facts.js'
import { table } from './report.js'

/** Metalayers of more characters are cut. */
const MAX_SHOWN = 200

function filterText(filters: readonly FilterInfo[]): string {
  const names = filters.map(({ name, meta }) =>
    meta === 0 ? name : `${name}:${meta > 127 ? meta - 256 : meta}`,
  )
  return names.join(', ') || 'none'
}

function chunksText({ nchunks, chunkSize, special }: FrameInfo): string {
  const size = chunkSize === null ? 'each of its own size' : `of ${exactSize(chunkSize)}`
  const kinds = Object.entries(special).map(([kind, count]) => `${count} of them ${kind}`)
  return [`${nchunks} ${size}`, ...kinds].join(', ')
}

/** The start of a value; text without its quotes. */
function jsonStart({ text }: JsonText): string {
  const plain = text.startsWith('"') ? (JSON.parse(text) as string) : text
  return plain.length > MAX_SHOWN ? `${plain.slice(0, MAX_SHOWN)}…` : plain
}

function layerText({ name, size, content }: LayerInfo): string {
  const shown = content instanceof JsonText ? jsonStart(content) : (content ?? 'cannot be read')
  return oneLine(`    ${name} (${exactSize(size)}): ${shown}`)
}

function layersText(what: string, layers: readonly LayerInfo[]): string[] {
  if (layers.length === 0) return [`  ${what.padEnd(11)}  none`]
  return [`  ${what}`, ...layers.map(layerText)]
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

function chunkTable(chunks: readonly FrameChunkInfo[]): string {
  const head = ['chunk', 'offset', 'nbytes', 'cbytes', 'ratio', 'codec', 'blocks', 'filters']
  return `\n${table(head, chunks.map(chunkRow))}`
}

/** Only said where values do not, or may not, come back. */
function lossText({ lossy }: FrameInfo): [string, string][] {
  if (lossy === false) return []
  return [['lossy', lossy === null ? 'perhaps' : 'values are not exactly those that were packed']]
}

/** The facts of a frame, for people. */
export function formatFrame(info: FrameInfo): string {
  const { array, codecMeta } = info
  const meta = codecMeta === 0 ? '' : `:${codecMeta}`
  const dictionary = info.dictionary ? ', with dictionaries' : ''
  const facts: [string, string][] = [
    ['format', info.format],
    ...(info.object === null ? [] : [['object', oneLine(info.object)] as [string, string]]),
    ['size', exactSize(info.cbytes)],
    ['plain size', `${exactSize(info.nbytes)}, ratio ${prettyRatio(info.nbytes, info.cbytes)}`],
  ]
  if (array !== null) {
    facts.push(['array', oneLine(`dtype ${array.dtype}, shape ${shapeText(array.shape)}`)])
    facts.push(['partition', `chunks ${shapeText(array.chunks)}, blocks ${shapeText(array.blocks)}`])
  }
  facts.push(
    ['chunks', chunksText(info)],
    ['typesize', `${info.typesize}`],
    ['codec', `${info.codec}${meta}, level ${info.level}, split ${info.splitMode}${dictionary}`],
    ['filters', filterText(info.filters)],
    ...lossText(info),
    ['checksum', info.checksum === 'stale' ? 'stale: another tool changed the frame since' : info.checksum],
  )
  const lines = [
    info.file,
    ...facts.map(([name, value]) => `  ${name.padEnd(11)}  ${value}`),
    ...layersText('metalayers', info.metalayers),
    ...layersText('vlmetalayers', info.vlmetalayers),
  ]
  return `${lines.join('\n')}\n${info.chunks === undefined ? '' : chunkTable(info.chunks)}`
}
