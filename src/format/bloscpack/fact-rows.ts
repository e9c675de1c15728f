// What `info` says of an archive, for people.

import { ARRAY_KEYS } from '../../array/npy/index.js'
import { type Member, membersOf } from '../../core/json/edit.js'
import type { JsonText } from '../../core/json/json.js'
import { jsonPieces, jsonTextOf } from '../../core/json/print.js'
import { parseJson } from '../../core/json/value.js'
import { counted, exactSize, prettyRatio, prettySize } from '../../core/sizes.js'
import type { FactRow, Facts, FactTable } from '../facts.js'
import type { ArchiveInfo, ChunkInfo } from './describe.js'

const UNKNOWN = 'unknown'
/** Characters of metadata that are shown. */
const MAX_SHOWN = 1 << 16

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
    ? 'stored uncompressed'
    : `${chunk.codec}, ${filter}, ${chunk.split ? 'split' : 'not split'}`
  const sizes = `${prettySize(chunk.nbytes)} in ${prettySize(chunk.cbytes)}`
  return `${how}, typesize ${chunk.typesize}, blocks of ${exactSize(chunk.blocksize)}; ${sizes}`
}

/** A member of the metadata as a value; the last one counts if there are several of the name. */
function memberIn(members: readonly Member[], key: string): unknown {
  const found = members.findLast((member) => member.key === key)
  return found && parseJson(found.value)
}

/** The array that the metadata describe, if they do. */
function arrayText(metadata: JsonText | null): string | undefined {
  const members = metadata === null ? undefined : membersOf(metadata.text, ARRAY_KEYS)
  if (members === undefined) return undefined
  const [container, dtype, shape, order] = ['container', 'dtype', 'shape', 'order'].map((key) =>
    memberIn(members, key),
  )
  if (container !== 'numpy' || !Array.isArray(shape)) return undefined
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const type = typeof dtype === 'string' ? dtype : jsonTextOf(dtype)
  return `NumPy, dtype ${type}, shape (${dims}), order ${order}`
}

function metadataText(info: ArchiveInfo): string {
  const section = info.metadataSection
  if (section === null) return 'none'
  const packed = section.codec === 'none' ? '' : `, ${section.codec} to ${exactSize(section.storedSize)}`
  return `${exactSize(section.size)}${packed}, room for ${exactSize(section.maxSize)}`
}

/** JSON text as people read it, cut if it is long. */
function linesOf({ text }: JsonText): string[] {
  let shown = ''
  for (const piece of jsonPieces(text, { python: true })) {
    shown += piece
    if (shown.length > MAX_SHOWN) break
  }
  if (shown.length > MAX_SHOWN)
    shown = `${shown.slice(0, MAX_SHOWN)}…\n(truncated: blpk meta get prints all of it)`
  return shown.split('\n')
}

function chunkTable(chunks: readonly ChunkInfo[]): FactTable {
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
  return { head, rows }
}

/** The facts of an archive, for people. */
export function rowsOf(info: ArchiveInfo): Pick<Facts, 'rows' | 'tables'> {
  const array = arrayText(info.metadata)
  const rows: FactRow[] = [
    { label: 'format', value: info.format },
    { label: 'size', value: sizeText(info.cbytes) },
    { label: 'plain size', value: plainText(info) },
    { label: 'chunks', value: chunksText(info) },
    { label: 'typesize', value: String(info.typesize) },
    { label: 'checksum', value: info.checksum },
    {
      label: 'offsets',
      value: info.offsets ? `yes, room for ${counted(info.maxAppChunks, 'more chunk')}` : 'no',
    },
    { label: 'first chunk', value: info.firstChunk === null ? 'none' : firstChunkText(info.firstChunk) },
    ...(array === undefined ? [] : [{ label: 'array', value: array }]),
    {
      label: 'metadata',
      value: metadataText(info),
      below: info.metadata === null ? [] : linesOf(info.metadata),
    },
  ]
  return { rows, tables: info.chunks === undefined ? [] : [chunkTable(info.chunks)] }
}
