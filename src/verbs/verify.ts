// Verifies any kind of container, optionally against the original data.

import { asDamage, damaged, interruptedError } from '../core/errors.js'
import { describeJournal } from '../disk/journal-report.js'
import { lookAt } from '../disk/look.js'
import type { ReadOptions } from '../disk/read-archive.js'
import type { RunOptions } from '../engine/options.js'
import type { Container } from '../format/container.js'
import { damageFinding, type Finding, isSound, note } from '../format/damage/finding.js'
import type { Opened, OpenOptions } from '../format/opened.js'
import { findMutable } from '../format/registry.js'
import type { VerifyOptions, VerifyReport } from '../format/verification.js'
import type { Readable } from '../places/open.js'
import { holdSource } from '../sources/held.js'
import { KeptOpenSource } from '../sources/kept-open.js'
import type { PlaceSettings } from '../store/settings.js'
import { type Head, headOf } from './info.js'
import { type Descriptor, openInput } from './inputs.js'
import { type ContainerPlace, containerAt, openPlace } from './open.js'

export type { Finding } from '../format/damage/finding.js'
export type { VerifyReport } from '../format/verification.js'

export interface VerifyCallOptions
  extends VerifyOptions,
    PlaceSettings,
    Omit<ReadOptions, 'frontOnly' | 'inner'> {
  /** The data that the container must hold: the file it was made from, or its plain bytes. */
  against?: Readable | Descriptor
  /** Compare plain bytes, even for an array. */
  raw?: boolean
  /** Type of the items of an array, instead of the stored one. */
  dtype?: string
}

/** A report, and its subject. */
export interface Verified {
  /** Facts of the verified container; undefined unless requested. */
  head: Head | undefined
  report: VerifyReport
}

function openOptions({ threads, maxChunk, dtype }: VerifyCallOptions): OpenOptions {
  return {
    // The meaning of the bytes does not matter here.
    raw: true,
    ...(threads !== undefined && { threads }),
    ...(maxChunk !== undefined && { maxChunk }),
    ...(dtype !== undefined && { dtype }),
  }
}

/** Opens a place that the caller goes on using. */
function openAgain(container: Container, place: ContainerPlace, o: VerifyCallOptions): Promise<Opened> {
  return container.open({ ...place, source: new KeptOpenSource(place.source) }, openOptions(o))
}

async function readAll(opened: Opened, o: RunOptions): Promise<void> {
  let plain = 0
  const total = opened.nbytes === undefined ? {} : { total: opened.nbytes }
  for await (const piece of opened.pieces(0, undefined, o)) {
    if (o.signal?.aborted === true) throw interruptedError(o.signal)
    plain += piece.length
    o.onProgress?.({ plain, packed: 0, ...total })
  }
  if (opened.nbytes !== undefined && opened.nbytes !== plain)
    throw damaged(`there are ${plain} plain bytes, but it says ${opened.nbytes}`)
}

/** Checks a container that cannot check itself: everything is read. */
async function verifyByReading(
  container: Container,
  place: ContainerPlace,
  o: VerifyCallOptions,
): Promise<VerifyReport> {
  const findings: Finding[] = []
  let nchunks = 0
  try {
    const opened = await openAgain(container, place, o)
    try {
      nchunks = opened.nchunks ?? 0
      await readAll(opened, o)
    } finally {
      await opened.close()
    }
  } catch (error) {
    findings.push(damageFinding(asDamage(error)))
  }
  const ok = isSound(findings)
  return { ok, findings, nchunks, sound: ok ? nchunks : 0, checksum: 'None', deep: true }
}

async function compareWithOriginal(
  container: Container,
  place: ContainerPlace,
  against: Readable | Descriptor,
  o: VerifyCallOptions,
): Promise<Finding[]> {
  const [{ compareWith }, original] = await Promise.all([import('./compare.js'), openInput(against, o)])
  try {
    const opened = await openAgain(container, place, o)
    try {
      return await compareWith(opened, original.source, o.raw === true, o)
    } finally {
      await opened.close()
    }
  } finally {
    await original.source.close()
  }
}

/** If a container is damaged, only the damage is reported: it says more than the differences. */
async function verifyPlace(place: ContainerPlace, o: VerifyCallOptions): Promise<VerifyReport> {
  const { against } = o
  const container = await containerAt(place)
  const deep = o.deep === true || against !== undefined
  const report = await (container.verify?.(place, { ...o, deep }) ?? verifyByReading(container, place, o))
  if (against === undefined || !report.ok) return report
  const found = await compareWithOriginal(container, place, against, o)
  return { ...report, ok: found.length === 0, findings: [...report.findings, ...found] }
}

/** Checks an open place, which stays open. A pipe that must be read twice is first copied to a file. */
export async function verifyAt(place: ContainerPlace, o: VerifyCallOptions): Promise<VerifyReport> {
  if (place.source.seekable || o.against === undefined) return verifyPlace(place, o)
  const source = await holdSource(place.source)
  try {
    return await verifyPlace({ ...place, source }, o)
  } finally {
    await source.close()
  }
}

/** Finding about the journal of an archive: rolled back when opened, or still present. */
async function journalFindings(
  from: unknown,
  notes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Finding[]> {
  const isFile = typeof from === 'string' && lookAt(from)?.isFile() === true
  const journal = isFile ? await describeJournal(from, findMutable, signal) : undefined
  const messages = new Set(journal === undefined ? notes : [...notes, journal])
  return [...messages].map((message) => note(message))
}

/**
 * The same as {@link verify}, with the head that the report is about.
 * @param file the name that the head shows; without one it is left out
 */
export async function verifyWithHead(
  from: Readable | Descriptor,
  options: VerifyCallOptions,
  file: string | undefined,
): Promise<Verified> {
  const notes: string[] = []
  const place = await openPlace(from, { ...options, onNote: (note) => notes.push(note) })
  try {
    const findings = await journalFindings(from, notes, options.signal)
    const report = await verifyAt(place, options)
    const head = file === undefined ? undefined : await headOf(place, file)
    return { head, report: { ...report, findings: [...findings, ...report.findings] } }
  } finally {
    await place.source.close()
  }
}

/**
 * Checks a container, and reports everything that is wrong in one run: structure and checksums; with `deep` or `against`
 * also that everything decompresses; with `against` also that it holds the same data as the original.
 * @throws BlpkError for problems that are not in the container: NOT_FOUND, IO, DENIED, NETWORK, INTERRUPTED
 * @example
 * ```ts
 * import { verify } from 'blpk'
 *
 * const { ok, findings } = await verify('data.npy.blp', { against: 'data.npy' })
 * if (!ok) for (const { chunk, message } of findings) console.error(chunk, message)
 * ```
 */
export async function verify(
  from: Readable | Descriptor,
  options: VerifyCallOptions = {},
): Promise<VerifyReport> {
  return (await verifyWithHead(from, options, undefined)).report
}
