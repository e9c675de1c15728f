// Locates the chunks of a damaged archive, by header and offsets or by the chunks alone.

import type { ChecksumName } from '../../../chunk/checksums.js'
import { asDamage } from '../../../core/errors.js'
import { entriesOf } from '../archive.js'
import { type BloscpackHeader, HEADER_BYTES } from '../header.js'
import { OFFSET_BYTES } from '../offsets.js'
import { checksumAt, detectChecksum, type FoundTable, tableAt, tableBefore } from './detect.js'
import { type ChunkOrGap, type DiscoverOptions, Discovery } from './discover.js'
import { readTable, type SurveyedFront, usedEntries } from './front.js'
import { type SurveyedMetadata, surveyMetadata } from './metadata.js'
import type { ChunkProbe } from './probe.js'
import { nextChunk } from './scan.js'

/** The chunks of an archive as they were found, and by what. */
export interface Located {
  parts: ChunkOrGap[]
  checksum: ChecksumName
  table: FoundTable | undefined
  /** Chunks in all, where something that can be believed tells. */
  nchunks: number | undefined
  metadata: SurveyedMetadata | undefined
  /** Position that the first chunk should have, in bytes. */
  start: number
}

/** How chunks are gone through. */
type Going = Pick<DiscoverOptions, 'onStep' | 'prover'>

export function foundCount(parts: readonly ChunkOrGap[]): number {
  return parts.filter(({ chunk }) => chunk !== undefined).length
}

/** Do header and offsets agree about the number of chunks? */
function agree(header: BloscpackHeader, table: FoundTable): boolean {
  const { nchunks = 0 } = header
  const entries = table.table
  return entries[nchunks - 1] !== -1 && (nchunks >= entries.length || entries[nchunks] === -1)
}

/** Without a checksum anything that decodes is believed, so a digest after the first chunk must not be overlooked. */
async function hidesDigest(probe: ChunkProbe, parts: readonly ChunkOrGap[]): Promise<boolean> {
  const first = parts.find(({ chunk }) => chunk !== undefined)?.chunk
  if (probe.checksum !== 'None' || first === undefined) return false
  return (await checksumAt(probe, first.position, undefined).catch(asDamage)) !== undefined
}

/** Goes by the header. @returns undefined if chunks do not lie where it says */
export async function locateByHeader(
  probe: ChunkProbe,
  front: SurveyedFront,
  going: Going,
): Promise<{ located: Located; fits: boolean } | undefined> {
  const { header, end, chunksAt } = front
  if (header === undefined || end === undefined || chunksAt === undefined) return undefined
  probe.use(header.checksum)
  const entries = entriesOf(header)
  const table = entries === 0 ? undefined : { at: end, table: await readTable(probe, end, entries) }
  // Without offsets there are no appends that leave bytes after the last chunk: then all there is, is looked at.
  const limit = table !== undefined && agree(header, table) ? header.nchunks : undefined
  const options = { start: chunksAt, table: table?.table, nchunks: limit, ...going }
  const parts = await new Discovery(probe, options).run()
  const isSure = table === undefined ? front.metadata?.intact !== false : table.table[0] === chunksAt
  const fits = isSure && parts[0]?.chunk !== undefined && !(await hidesDigest(probe, parts))
  const { checksum } = header
  const isOpen = table !== undefined && limit === undefined
  const nchunks = isOpen ? Math.max(usedEntries(table.table), foundCount(parts)) : header.nchunks
  return { located: { parts, checksum, table, nchunks, metadata: front.metadata, start: chunksAt }, fits }
}

/** Does the size of any chunk bear the header out? */
function isBorneOut(header: BloscpackHeader | undefined, parts: readonly ChunkOrGap[]): boolean {
  const size = header?.chunkSize
  return size !== undefined && parts.some(({ chunk }) => chunk?.header.nbytes === size)
}

async function findTable(
  probe: ChunkProbe,
  ends: readonly number[],
  first: number | undefined,
): Promise<FoundTable | undefined> {
  for (const at of ends) {
    const table = await tableAt(probe, at)
    if (table !== undefined && (first === undefined || table.at + table.table.length * OFFSET_BYTES <= first))
      return table
  }
  return first === undefined ? undefined : tableBefore(probe, first)
}

/** Goes by the chunks alone, and by what of the front agrees with them. */
export async function locateByChunks(
  probe: ChunkProbe,
  front: SurveyedFront,
  going: Going,
): Promise<Located> {
  const metadata = front.metadata ?? (await surveyMetadata(probe))
  const isThere = metadata.intact || metadata.json !== undefined
  const ends = isThere && metadata.end !== undefined ? [metadata.end] : [HEADER_BYTES]
  const from = Math.min(...ends)
  const checksum = await detectChecksum(probe, from, front.header?.checksum)
  probe.use(checksum)
  const first = await nextChunk(probe, from)
  const table = await findTable(probe, ends, first)
  const tableEnd = table === undefined ? undefined : table.at + table.table.length * OFFSET_BYTES
  const start = tableEnd ?? first ?? from
  const nchunks = table === undefined ? undefined : usedEntries(table.table)
  const parts = await new Discovery(probe, { start, table: table?.table, nchunks, ...going }).run()
  const claimed = isBorneOut(front.header, parts) ? front.header?.nchunks : undefined
  // Where chunks or offsets follow the header at once, a flag that promises metadata is wrong.
  const leaves = (table?.at ?? first) === HEADER_BYTES || (front.header?.metadata !== true && !isThere)
  return {
    parts,
    checksum,
    table,
    nchunks: nchunks ?? claimed,
    metadata: leaves ? undefined : metadata,
    start,
  }
}
