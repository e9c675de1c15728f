// The journal's format: magic, facts, saved ranges and digest, with all checks on reading.

/** The magic of a journal, before its facts. */
export const PREFIX_BYTES = 16
/** The xxh64 of everything before it, at the end. */
export const DIGEST_BYTES = 8
/** Version 1, which can also be read, stores 32 bytes of header, the size of Bloscpack's. */
const JOURNAL_VERSION = 2
const OLDEST_VERSION = 1
/** How much of an archive's header is compared. */
export const MAX_HEAD_BYTES = 4096
/** Maximum size of the facts, in bytes. */
const MAX_FACTS_BYTES = 1 << 16
const MAX_RANGES = 16
/** Largest process id of any system. */
const MAX_PID = 2 ** 31 - 1
const MAGIC = Buffer.from('BLPKJRNL', 'latin1')

/** Bytes that a rollback cannot change. They identify the archive that a journal belongs to. */
export interface Anchor {
  position: number
  nbytes: number
  /** Their xxh64 in hexadecimal. */
  xxh64: string
}

/** The facts of a journal, stored before the saved bytes. All sizes and positions are in bytes. */
export interface JournalFacts {
  /** The writer. */
  pid: number
  host: string
  /** Whether the writer holds the lock. If not, the journal of a live writer is left alone. */
  locked: boolean
  /** Start of the change, as ISO 8601. */
  started: string
  /** The archive: its inode number in decimal, and its size before the change. */
  ino: string
  size: number
  /** Inode number of the journal itself; missing in older versions. */
  self?: string
  /** The start of the header before and after, in hexadecimal. During the change it is a mix of both. */
  before: string
  after: string
  anchor: Anchor | undefined
  /** The saved ranges: position and size of each, in the order of the bytes. */
  ranges: [position: number, nbytes: number][]
}

/** The first part of a journal: magic, version, size of the facts, facts. */
export function formatFacts(facts: JournalFacts): Uint8Array {
  const text = Buffer.from(JSON.stringify(facts))
  const bytes = Buffer.alloc(PREFIX_BYTES + text.length)
  MAGIC.copy(bytes)
  bytes.writeUInt32LE(JOURNAL_VERSION, 8)
  bytes.writeUInt32LE(text.length, 12)
  text.copy(bytes, PREFIX_BYTES)
  return bytes
}

/** The first bytes of a file, parsed. */
export type Prefix = { kind: 'alien' | 'short' } | { kind: 'journal'; version: number; factsBytes: number }

/** Whether a journal of this version can be read. */
export function isKnownVersion(version: number): boolean {
  return version >= OLDEST_VERSION && version <= JOURNAL_VERSION
}

/** Parses the prefix of a possible journal, which may be incomplete. */
export function parsePrefix(bytes: Uint8Array): Prefix {
  const magic = bytes.subarray(0, MAGIC.length)
  // After a power failure a file may have its size, but contain zeros.
  if (magic.every((byte) => byte === 0)) return { kind: 'short' }
  if (!magic.every((byte, i) => byte === MAGIC[i])) return { kind: 'alien' }
  if (bytes.length < PREFIX_BYTES) return { kind: 'short' }
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const factsBytes = view.getUint32(12, true)
  if (factsBytes > MAX_FACTS_BYTES) return { kind: 'short' }
  return { kind: 'journal', version: view.getUint32(8, true), factsBytes }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isHex(value: unknown, least: number, most = least): value is string {
  if (typeof value !== 'string' || value.length % 2 !== 0) return false
  const nbytes = value.length / 2
  return nbytes >= least && nbytes <= most && /^[0-9a-f]*$/.test(value)
}

function areHeads(before: unknown, after: unknown, size: number): boolean {
  const most = Math.min(size, MAX_HEAD_BYTES)
  const isHead = (value: unknown): value is string => isHex(value, 1, most)
  return isHead(before) && isHead(after) && before.length === after.length
}

function isRange(value: unknown, size: number): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [position, nbytes] = value as unknown[]
  return isCount(position) && isCount(nbytes) && position + nbytes <= size
}

/** Non-overlapping ranges within the old archive: they hold no more bytes than it did. */
function areRanges(value: unknown, size: number): value is JournalFacts['ranges'] {
  if (!Array.isArray(value) || value.length > MAX_RANGES) return false
  if (!value.every((range) => isRange(range, size))) return false
  const inOrder = (value as JournalFacts['ranges']).filter(([, n]) => n > 0).sort(([a], [b]) => a - b)
  return inOrder.every(([start], i) => {
    const [before = 0, nbytes = 0] = inOrder[i - 1] ?? []
    return before + nbytes <= start
  })
}

/** At least one byte, and none in the header or in a range. */
function isAnchor(value: unknown, { before, ranges, size }: JournalFacts): boolean {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null) return false
  const { position, nbytes, xxh64 } = value as Partial<Anchor>
  if (!isCount(position) || !isCount(nbytes) || !isRange([position, nbytes], size)) return false
  if (nbytes < 1 || nbytes > MAX_ANCHOR_BYTES || position < before.length / 2) return false
  const isApart = ranges.every(([at, n]) => at + n <= position || position + nbytes <= at)
  return isApart && isHex(xxh64, 8)
}

/** An anchor is a sample, not the archive. */
export const MAX_ANCHOR_BYTES = 1 << 16

/** Parses the facts of a journal. @returns undefined if this version would not write them */
export function parseFacts(bytes: Uint8Array): JournalFacts | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const f = value as Partial<JournalFacts>
  const who =
    isCount(f.pid) && f.pid <= MAX_PID && typeof f.host === 'string' && typeof f.started === 'string'
  if (!who || typeof f.locked !== 'boolean' || typeof f.ino !== 'string' || !isCount(f.size)) return undefined
  if (f.self !== undefined && typeof f.self !== 'string') return undefined
  if (!areHeads(f.before, f.after, f.size) || !areRanges(f.ranges, f.size)) return undefined
  const facts = f as JournalFacts
  return isAnchor(f.anchor, facts) ? facts : undefined
}
