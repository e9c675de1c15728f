import { oneLine } from './exit.js'
import type { ArchiveInfo, ChunkInfo } from './info-facts.js'
import { counted, prettyJson, table } from './report.js'
import { exactSize, prettyRatio, prettySize } from './sizes.js'

const UNKNOWN = 'unknown'

function sizeText(nbytes: number | null): string {
  return nbytes === null ? UNKNOWN : exactSize(nbytes)
}

function plainText(info: ArchiveInfo): string {
  const ratio =
    info.nbytes === null || info.cbytes === null ? '' : `, ratio ${prettyRatio(info.nbytes, info.cbytes)}`
  return sizeText(info.nbytes) + ratio
}

function chunksText(info: ArchiveInfo): string {
  const count = info.nchunks === null ? UNKNOWN : String(info.nchunks)
  const last = info.lastChunk === null ? '' : `, the last of ${exactSize(info.lastChunk)}`
  return `${count} of ${sizeText(info.chunkSize)}${last}`
}

function filterText(chunk: ChunkInfo): string {
  return chunk.shuffle === 'none' ? 'none' : `${chunk.shuffle} shuffle`
}

function firstChunkText(chunk: ChunkInfo): string {
  const filter = chunk.shuffle === 'none' ? 'no shuffle' : filterText(chunk)
  const how = chunk.stored
    ? 'stored as it is'
    : `${chunk.codec}, ${filter}, ${chunk.split ? 'split' : 'not split'}`
  const sizes = `${prettySize(chunk.nbytes)} in ${prettySize(chunk.cbytes)}`
  return `${how}, typesize ${chunk.typesize}, blocks of ${exactSize(chunk.blocksize)}; ${sizes}`
}

/** The array that the metadata describe, if they do. */
function arrayText(metadata: unknown): string | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined
  const { container, dtype, shape, order } = metadata as Record<string, unknown>
  if (container !== 'numpy' || !Array.isArray(shape)) return undefined
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const type = typeof dtype === 'string' ? dtype : JSON.stringify(dtype)
  return oneLine(`NumPy, dtype ${type}, shape (${dims}), order ${order}`)
}

function metadataText(info: ArchiveInfo): string {
  const section = info.metadataSection
  if (section === null) return 'none'
  const packed = section.codec === 'none' ? '' : `, ${section.codec} to ${exactSize(section.storedSize)}`
  return `${exactSize(section.size)}${packed}, room for ${exactSize(section.maxSize)}`
}

function indented(value: unknown): string {
  return prettyJson(value).replace(/^/gm, '    ')
}

function chunkTable(chunks: readonly ChunkInfo[]): string {
  const head = ['chunk', 'offset', 'nbytes', 'cbytes', 'ratio', 'codec', 'filters']
  const rows = chunks.map((chunk) => [
    String(chunk.index),
    String(chunk.offset),
    String(chunk.nbytes),
    String(chunk.cbytes),
    prettyRatio(chunk.nbytes, chunk.cbytes),
    chunk.stored ? 'stored' : chunk.codec,
    filterText(chunk),
  ])
  return `\n${table(head, rows)}`
}

/** The facts of an archive, for people. */
export function formatInfo(info: ArchiveInfo): string {
  const array = arrayText(info.metadata)
  const facts: [string, string][] = [
    ['format', info.format],
    ['size', sizeText(info.cbytes)],
    ['plain size', plainText(info)],
    ['chunks', chunksText(info)],
    ['typesize', String(info.typesize)],
    ['checksum', info.checksum],
    ['offsets', info.offsets ? `yes, room for ${counted(info.maxAppChunks, 'more chunk')}` : 'no'],
    ['first chunk', info.firstChunk === null ? 'none' : firstChunkText(info.firstChunk)],
    ...(array === undefined ? [] : [['array', array] as [string, string]]),
    ['metadata', metadataText(info)],
  ]
  const lines = facts.map(([name, value]) => `  ${name.padEnd(11)}  ${value}\n`).join('')
  const json = info.metadataSection === null ? '' : `${indented(info.metadata)}\n`
  return `${info.file}\n${lines}${json}${info.chunks === undefined ? '' : chunkTable(info.chunks)}`
}
