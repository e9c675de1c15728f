// Reads header, metadata and offsets of a damaged archive, and believes none of them.

import type { BlpkError } from '../../../core/errors.js'
import { asDamage } from '../../../core/errors.js'
import { entriesOf } from '../archive.js'
import { type BloscpackHeader, FORMAT_VERSION, HEADER_BYTES, parseHeader } from '../header.js'
import { OFFSET_BYTES } from '../offsets.js'
import { type SurveyedMetadata, surveyMetadata } from './metadata.js'
import type { ChunkProbe } from './probe.js'

/** What stands in front of the chunks, as far as it can be read. */
export interface SurveyedFront {
  /** Undefined if not even a header with a few fields put right makes sense. */
  header: BloscpackHeader | undefined
  headerProblem: BlpkError | undefined
  metadata: SurveyedMetadata | undefined
  /** Where the offsets or chunks begin, if the header is right. */
  end: number | undefined
  /** Where the chunks begin, if the header is right and the archive that long. */
  chunksAt: number | undefined
}

const MAGIC = [0x62, 0x6c, 0x70, 0x6b, FORMAT_VERSION]
const OPTIONS_AT = 5
const KNOWN_OPTIONS = 3

/** The header with what can have only one value put right. */
function patched(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  copy.set(MAGIC)
  copy[OPTIONS_AT] = (copy[OPTIONS_AT] ?? 0) & KNOWN_OPTIONS
  return copy
}

/** Positions of chunks as a table says; NaN where no file has such a position, −1 if none is used. */
export type OffsetTable = Float64Array

/** Reads a table of offsets that lies within the archive. */
export async function readTable(probe: ChunkProbe, position: number, entries: number): Promise<OffsetTable> {
  const bytes = await probe.read(position, entries * OFFSET_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const table = new Float64Array(Math.floor(bytes.length / OFFSET_BYTES))
  for (let i = 0; i < table.length; i++) {
    const value = view.getInt32(8 * i + 4, true) * 2 ** 32 + view.getUint32(8 * i, true)
    table[i] = value < -1 || !Number.isSafeInteger(value) ? Number.NaN : value
  }
  return table
}

/** Entries of a table in front of the first unused one. */
export function usedEntries(table: OffsetTable): number {
  const unused = table.indexOf(-1)
  return unused === -1 ? table.length : unused
}

function readHeader(bytes: Uint8Array): Pick<SurveyedFront, 'header' | 'headerProblem'> {
  try {
    return { header: parseHeader(bytes), headerProblem: undefined }
  } catch (error) {
    const headerProblem = asDamage(error)
    try {
      return { header: parseHeader(patched(bytes)), headerProblem }
    } catch {
      return { header: undefined, headerProblem }
    }
  }
}

/** Reads header and metadata without believing either. */
export async function surveyFront(probe: ChunkProbe): Promise<SurveyedFront> {
  const { header, headerProblem } = readHeader(await probe.read(0, HEADER_BYTES))
  const metadata = header?.metadata === false ? undefined : await surveyMetadata(probe)
  const end = header?.metadata === true ? metadata?.end : HEADER_BYTES
  const chunksAt =
    header === undefined || end === undefined ? undefined : end + OFFSET_BYTES * entriesOf(header)
  const fits = chunksAt !== undefined && chunksAt <= probe.source.size
  return { header, headerProblem, metadata, end, chunksAt: fits ? chunksAt : undefined }
}
