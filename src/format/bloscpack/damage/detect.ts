// Detects the checksum and the table of offsets of an archive from its content alone.

import {
  CHECKSUM_NAMES,
  type ChecksumName,
  checksumSpec,
  loadChecksum,
  sameDigest,
} from '../../../chunk/checksums.js'
import { asDamage } from '../../../core/errors.js'
import { Workspace } from '../../../kernels/workspace.js'
import { OFFSET_BYTES } from '../offsets.js'
import { type OffsetTable, readTable } from './front.js'
import type { ChunkProbe } from './probe.js'
import { nextChunk, plausibleChunks } from './scan.js'

/** So many chunk headers are tried before the archive is taken for one without checksums. */
const MAX_TRIES = 64
const LONGEST_DIGEST = 64

/** The checksum whose digest stands after the chunk at a position; undefined if none does. */
export async function checksumAt(
  probe: ChunkProbe,
  position: number,
  declared: ChecksumName | undefined,
): Promise<ChecksumName | undefined> {
  const header = await probe.headerAt(position, 0)
  probe.budget.spend(header.cbytes)
  const behind = Math.min(LONGEST_DIGEST, probe.source.size - position - header.cbytes)
  const bytes = await probe.readPacked(position, header, behind)
  const chunk = bytes.subarray(0, header.cbytes)
  let ws: Workspace | undefined
  const workspace = (): Workspace => {
    ws ??= new Workspace()
    return ws
  }
  for (const name of declared === undefined ? CHECKSUM_NAMES : [declared, ...CHECKSUM_NAMES]) {
    const { size } = checksumSpec(name)
    if (size === 0 || size > behind) continue
    const checksum = await loadChecksum(name, workspace)
    if (sameDigest(checksum.digest(chunk), bytes.subarray(header.cbytes, header.cbytes + size))) return name
  }
  return undefined
}

/** So many chunks without a checksum are looked at before none is believed. */
const MAX_BARE = 8

/**
 * Do chunks follow each other with nothing between them? Otherwise a chunk that does not match its digest would
 * be taken for a sound one without.
 */
async function isBare(
  probe: ChunkProbe,
  start: number,
  declared: ChecksumName | undefined,
): Promise<boolean> {
  probe.use('None')
  let position = await nextChunk(probe, start)
  for (let i = 0; i < MAX_BARE && position !== undefined; i++) {
    const end = (await probe.at(position, true)).found?.end ?? position + 1
    if (end === probe.source.size) return declared === undefined || declared === 'None'
    if ((await probe.at(end, true)).found !== undefined) return true
    position = await nextChunk(probe, end)
  }
  return false
}

/** Finds out the checksum of an archive from its first chunks. */
export async function detectChecksum(
  probe: ChunkProbe,
  start: number,
  declared: ChecksumName | undefined,
): Promise<ChecksumName> {
  let tries = 0
  for await (const position of plausibleChunks(probe, start, true)) {
    try {
      const name = await checksumAt(probe, position, declared)
      if (name !== undefined) return name
      tries++
    } catch (error) {
      asDamage(error)
    }
    if (tries >= MAX_TRIES || probe.budget.isExhausted) break
  }
  if (await isBare(probe, start, declared)) return 'None'
  return declared === undefined || declared === 'None' ? 'crc32' : declared
}

/** A table of offsets and where it stands. */
export interface FoundTable {
  at: number
  table: OffsetTable
}

/** A table tells its own length: its first entry is the position right after it. */
export async function tableAt(probe: ChunkProbe, at: number): Promise<FoundTable | undefined> {
  const first = (await readTable(probe, at, 1))[0] ?? Number.NaN
  const entries = (first - at) / OFFSET_BYTES
  if (!Number.isSafeInteger(entries) || entries < 1 || first > probe.source.size) return undefined
  return { at, table: await readTable(probe, at, entries) }
}

const WINDOW_ENTRIES = 1 << 16

/** Goes back from the first chunk over what can be offsets, up to the one that is its position. */
export async function tableBefore(probe: ChunkProbe, chunk: number): Promise<FoundTable | undefined> {
  for (let end = chunk; end >= OFFSET_BYTES; ) {
    const entries = Math.min(WINDOW_ENTRIES, Math.floor(end / OFFSET_BYTES))
    const from = end - entries * OFFSET_BYTES
    const piece = await readTable(probe, from, entries)
    for (let i = piece.length - 1; i >= 0; i--) {
      const value = piece[i] ?? Number.NaN
      const at = from + i * OFFSET_BYTES
      if (value === chunk) return { at, table: await readTable(probe, at, (chunk - at) / OFFSET_BYTES) }
      if (value !== -1 && !(value > chunk && value < probe.source.size)) return undefined
    }
    end = from
  }
  return undefined
}
