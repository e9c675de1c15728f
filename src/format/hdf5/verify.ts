// Verifies a dataset, a group or a whole file: structure, checksums, and that every chunk can be decoded.

import { chunkBox } from '../../array/chunk-box.js'
import { type Box, partition } from '../../array/geometry.js'
import { asDamage, type BlpkError } from '../../core/errors.js'
import { printable } from '../../core/printable.js'
import type { RunOptions } from '../../engine/options.js'
import { holdSource } from '../../sources/held.js'
import { damage, damageFinding, type Finding, isSound, type Lost } from '../damage/finding.js'
import { fingerprintOf } from '../frame/checksums.js'
import { TRAILER_END_BYTES } from '../frame/trailer.js'
import type { OpenPlace } from '../opened.js'
import type { VerifyOptions, VerifyReport } from '../verification.js'
import { BLOSC2_FILTER, FLETCHER32_FILTER } from './filters/numbers.js'
import type { DatasetSpec, ObjectSpec } from './model.js'
import { objectAt } from './names.js'
import { pipedDataset } from './read/chunked.js'
import { checkStrings } from './read/content.js'
import { type ItemArray, rawItems } from './read/items.js'
import type { PipedDataset } from './read/piped-task.js'
import { proveChunks } from './read/prove-chunks.js'
import { checkValues } from './read/values.js'
import type { H5File } from './structure/tree.js'
import type { Visit } from './structure/walk.js'

/** What was found so far. */
class Report {
  readonly findings: Finding[] = []
  nchunks = 0
  sound = 0
  /** What chunks can be checked by. */
  readonly checksums = new Set<string>()

  fault(path: string, error: BlpkError, more: Partial<Finding> = {}): void {
    const message = `${printable(path)}: ${error.message}`
    this.findings.push({ ...damageFinding(error, more), message })
  }

  finish(): VerifyReport {
    const { findings, nchunks, sound } = this
    const checksum = [...this.checksums].join(', ') || 'None'
    return { ok: isSound(findings), findings, nchunks, sound, checksum, deep: true }
  }
}

/** Plain bytes from the first item of a box to the last one, in C order. */
function lostBox({ shape, itemBytes }: PipedDataset, box: Box): Lost {
  const at = (index: readonly number[]): number =>
    index.reduce((flat, i, axis) => flat * (shape[axis] ?? 1) + i, 0) * itemBytes
  return { start: at(box.start), stop: at(box.stop.map((stop) => stop - 1)) + itemBytes, box }
}

async function verifyChunks(report: Report, path: string, data: PipedDataset, o: RunOptions): Promise<void> {
  const { shape, chunkShape: chunkshape } = data
  const cut = partition({ shape, chunkshape, blockshape: chunkshape })
  await proveChunks(data, o, (chunk, error) => {
    report.nchunks++
    if (error === undefined) report.sound++
    else report.fault(path, error, { chunk, lost: lostBox(data, chunkBox(cut, chunk)) })
  })
}

/** What the chunks of a dataset can be checked by; of frames, the first one tells. */
async function checksumOf({ source, filters, table }: PipedDataset): Promise<string | undefined> {
  if (filters.some(({ id }) => id === FLETCHER32_FILTER)) return 'fletcher32'
  const [first] = table.values()
  if (first === undefined || filters.at(-1)?.id !== BLOSC2_FILTER) return undefined
  const end = new Uint8Array(Math.min(TRAILER_END_BYTES, first.cbytes))
  const got = await source.read(first.address + first.cbytes - end.length, end)
  return got === end.length && fingerprintOf(end) !== undefined ? 'xxh64' : undefined
}

async function verifyValues(
  report: Report,
  file: H5File,
  path: string,
  spec: DatasetSpec,
  o: VerifyOptions,
): Promise<void> {
  const items: ItemArray = rawItems(spec)
  if (spec.layout.kind !== 'chunked') return checkValues(file, spec, items)
  const data = await pipedDataset(file, spec, spec.layout, items, o)
  const checksum = await checksumOf(data)
  if (checksum !== undefined) report.checksums.add(checksum)
  await verifyChunks(report, path, data, o)
}

/** Whether its values lie in heaps of the file. */
function isText(object: ObjectSpec): object is DatasetSpec {
  if (object.kind !== 'dataset' || object.type.kind !== 'vlen-string') return false
  return object.space.kind !== 'null' && object.layout.kind !== 'elsewhere'
}

async function verifyObject(report: Report, file: H5File, visit: Visit, o: VerifyOptions): Promise<void> {
  const { path } = visit
  if ('error' in visit) return report.fault(path, visit.error)
  const { object } = visit
  try {
    const { length } = report.findings
    await file.attributes(object.address)
    if (object.kind === 'dataset') await verifyValues(report, file, path, object, o)
    if (isText(object) && report.findings.length === length) await checkStrings(file, object, o)
  } catch (error) {
    report.fault(path, asDamage(error))
  }
}

/** A file may be longer than it says, as where a writer was killed. */
function checkEnd(report: Report, { bytes: { source }, superblock: { endOfFile } }: H5File): void {
  const { size } = source
  if (size !== undefined && size < endOfFile)
    report.findings.push(damage(`the file ends at byte ${size}, but says that it ends at byte ${endOfFile}`))
}

async function verifyIn(place: OpenPlace, o: VerifyOptions): Promise<VerifyReport> {
  const report = new Report()
  try {
    const { file, path } = await objectAt(place)
    checkEnd(report, file)
    for await (const visit of file.walk(path)) await verifyObject(report, file, visit, o)
  } catch (error) {
    report.findings.push(damageFinding(asDamage(error)))
  }
  return report.finish()
}

/**
 * Verifies what has the inner name, and all that is in it; without a name, the whole file. Reports all problems.
 * @throws BlpkError for problems not of the file itself: unreadable files, an interrupt
 */
export async function verifyFile(place: OpenPlace, o: VerifyOptions): Promise<VerifyReport> {
  if (place.source.seekable) return verifyIn(place, o)
  const source = await holdSource(place.source)
  try {
    return await verifyIn({ ...place, source }, o)
  } finally {
    await source.close()
  }
}
