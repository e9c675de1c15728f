import { formatNpyHeader } from '../../dist/array/npy/index.js'
import { recoverArchive } from '../../dist/format/bloscpack/recover.js'
import { verifyArchive } from '../../dist/format/bloscpack/verify.js'
import type { RecoveryReport } from '../../dist/format/recovery.js'
import {
  ArrayValue,
  BlpkError,
  BytesPlainSink,
  compress,
  MemorySink,
  MemorySource,
} from '../../dist/index.js'
import { chunksOf } from './archives.js'
import { makeVictims, type Victim } from './damage.js'
import { makeData } from './data.js'

/** A victim of which it is known where its chunks lie. */
export interface MappedVictim extends Victim {
  /** Start and end of each chunk with its digest, in bytes. */
  extents: { start: number; stop: number }[]
  chunkSize: number
  /** Without checksums wrong data may go unnoticed. */
  hasChecksums: boolean
}

async function extentsOf(archive: Uint8Array): Promise<{ start: number; stop: number }[]> {
  const chunks = await chunksOf(archive)
  return chunks.map(({ position }, i) => ({
    start: position,
    stop: chunks[i + 1]?.position ?? archive.length,
  }))
}

async function others(): Promise<Victim[]> {
  const plain = makeData('noisy', 701, 4, 3)
  const floats = new Float32Array(300).map((_, i) => Math.sqrt(i))
  const array = ArrayValue.from(floats, [60, 5])
  const common = { chunkSize: 240, maxAppChunks: 2, threads: 1 }
  const bare = { ...common, checksum: 'None', typesize: 4 } as const
  return [
    { name: 'lz4, no checksum', plain, archive: await compress(plain, bare) },
    { name: 'array, crc32', plain: array.data, archive: await compress(array, common) },
    { name: 'one chunk', plain, archive: await compress(plain, { threads: 1, maxAppChunks: 3 }) },
  ]
}

/** All victims, also such without checksums, of arrays and of one chunk. */
export async function mappedVictims(): Promise<MappedVictim[]> {
  const victims = [...(await makeVictims()), ...(await others())]
  return Promise.all(
    victims.map(async (victim) => ({
      ...victim,
      extents: await extentsOf(victim.archive),
      chunkSize: victim.name === 'one chunk' ? 2 ** 20 : 240,
      hasChecksums: !victim.name.includes('no checksum'),
    })),
  )
}

/** What verify says of bytes: `silent` where it finds nothing at all. */
export async function verdict(archive: Uint8Array): Promise<'silent' | 'note' | 'damage'> {
  const report = await verifyArchive(new MemorySource(archive), { deep: true, threads: 1 })
  if (report.findings.length === 0) return 'silent'
  return report.ok ? 'note' : 'damage'
}

export interface Recovered {
  report: RecoveryReport
  archive: Uint8Array
  /** Plain bytes with zeros for what is lost. */
  plain: Uint8Array
}

/** Repairs and salvages; undefined where no chunk can be recovered. */
export async function recover(archive: Uint8Array): Promise<Recovered | undefined> {
  try {
    const place = { source: new MemorySource(archive) }
    const recovery = await recoverArchive(place, {})
    const repaired = new MemorySink()
    await recovery.writeSound(repaired, {})
    const filled = await recoverArchive(place, { fill: 'zeros' })
    const layout = filled.layout()
    if (layout !== undefined) formatNpyHeader(layout)
    const salvaged = new MemorySink()
    await filled.writePlain(new BytesPlainSink(salvaged), {})
    return { report: recovery.report, archive: repaired.bytes, plain: salvaged.bytes }
  } catch (error) {
    if (error instanceof BlpkError && error.code === 'DAMAGED') return undefined
    throw error
  }
}

/** Are all plain bytes what they were but those of some chunks, which are zeros? */
export function sameBut(victim: MappedVictim, plain: Uint8Array, lost: ReadonlySet<number>): boolean {
  return victim.plain.every((byte, i) => plain[i] === (lost.has(Math.floor(i / victim.chunkSize)) ? 0 : byte))
}
