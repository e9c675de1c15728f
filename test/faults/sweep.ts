import type { Disk } from '../../dist/index.js'
import { ALL } from '../support/long.js'
import { type Random, seeded } from '../support/random.js'
import { sameBytes } from '../support/scratch.js'
import { KillingDisk, type Moment, type Phase } from './killing-disk.js'
import { ARCHIVE, MemDisk } from './mem-disk.js'
import type { Content, Shape } from './shapes.js'

/** How the kills of a shape ended. */
export interface Tally {
  shape: string
  peer: Shape['peer']
  operations: number
  kills: number
  before: number
  after: number
  lost: string[]
  /** Archives that were left, after the rollback. */
  survivors: Map<string, { bytes: Uint8Array; plain: Uint8Array }>
}

async function readContent(shape: Shape, path: string, disk: Disk): Promise<Content> {
  const opened = await shape.open(path, disk)
  try {
    return await opened.content()
  } finally {
    await opened.close()
  }
}

function same(a: Content, b: Content): boolean {
  return sameBytes(a.plain, b.plain) && a.metadata === b.metadata
}

/** The content before and after the change, and the operations that it makes. */
async function rehearse(shape: Shape): Promise<{ before: Content; after: Content; operations: string[] }> {
  const mem = new MemDisk([[ARCHIVE, shape.archive]])
  const before = await readContent(shape, ARCHIVE, mem.disk)
  const killing = new KillingDisk(mem.disk)
  await shape.change(ARCHIVE, killing.disk)
  return { before, after: await readContent(shape, ARCHIVE, mem.disk), operations: killing.operations }
}

/** Before and after every operation, and in the middle of every write; in `npm test` once between two operations. */
function momentsOf(operations: readonly string[]): Moment[] {
  return operations.flatMap((name, operation) => {
    // What is on the disk before an operation is what there was after the one before.
    const before: Phase[] = ALL || operation === 0 ? ['before'] : []
    const phases: Phase[] = name === 'write' ? [...before, 'half', 'after'] : [...before, 'after']
    return phases.map((phase) => ({ operation, phase }))
  })
}

/** Runs a change that dies at a moment. @returns was it said to be done? */
async function runKilled(shape: Shape, disk: Disk, path: string, moment: Moment): Promise<boolean> {
  const killing = new KillingDisk(disk, moment)
  try {
    await shape.change(path, killing.disk)
    return true
  } catch (error) {
    if (!killing.died) throw error
    return false
  } finally {
    killing.bury()
  }
}

const EXTRA = new Uint8Array(40).fill(7)

/** Judges what a kill has left: by a reader first, or by a writer who goes on. */
class Judge {
  readonly tally: Tally
  readonly #shape: Shape
  readonly #before: Content
  readonly #after: Content

  constructor(shape: Shape, operations: readonly string[], before: Content, after: Content) {
    this.#shape = shape
    this.#before = before
    this.#after = after
    this.tally = {
      shape: shape.name,
      peer: shape.peer,
      operations: operations.length,
      kills: 0,
      before: 0,
      after: 0,
      lost: [],
      survivors: new Map(),
    }
  }

  async judge(what: string, disk: Disk, path: string, acknowledged: boolean, readBytes: () => Uint8Array) {
    this.tally.kills++
    try {
      const content = await readContent(this.#shape, path, disk)
      const isBefore = same(content, this.#before)
      const isAfter = same(content, this.#after)
      if (!isBefore && !isAfter) throw new Error('it is neither as before nor as after')
      if (acknowledged && !isAfter) throw new Error('the change was acknowledged, and is not there')
      const bytes = readBytes()
      if (isBefore && !isAfter && !sameBytes(bytes, this.#shape.archive)) {
        throw new Error('it reads as before, but is not byte for byte as before')
      }
      if (isBefore) this.tally.before++
      else this.tally.after++
      this.tally.survivors.set(Buffer.from(bytes).toString('base64'), { bytes, plain: content.plain })
    } catch (error) {
      this.tally.lost.push(`${what}: ${(error as Error).message}`)
    }
  }

  /** A writer comes next, with no reader in between. */
  async judgeByAppending(what: string, disk: Disk, path: string): Promise<void> {
    this.tally.kills++
    try {
      await this.#shape.append(path, disk, EXTRA)
      if (disk.find(`${path}.blpk-journal`) !== undefined) throw new Error('a journal is left')
      const { plain } = await readContent(this.#shape, path, disk)
      const [before, after] = [this.#before, this.#after].map((c) => Buffer.concat([c.plain, EXTRA]))
      if (before !== undefined && sameBytes(plain, before)) this.tally.before++
      else if (after !== undefined && sameBytes(plain, after)) this.tally.after++
      else throw new Error('with an append on it, it is neither')
    } catch (error) {
      this.tally.lost.push(`${what}, then appended to: ${(error as Error).message}`)
    }
  }
}

function describe({ operation, phase }: Moment, operations: readonly string[]): string {
  return `${phase} operation ${operation} (${operations[operation]})`
}

function bytesOf(mem: MemDisk): Uint8Array {
  return mem.files().get(ARCHIVE) ?? new Uint8Array(0)
}

async function isolate(shape: Shape, moment: Moment): Promise<{ mem: MemDisk; acknowledged: boolean }> {
  const mem = new MemDisk([[ARCHIVE, shape.archive]])
  return { mem, acknowledged: await runKilled(shape, mem.disk, ARCHIVE, moment) }
}

/** The rollback of what a kill left is killed as well, at every moment, and loses power; in `npm test` at one moment in turn. */
async function killRollback(
  shape: Shape,
  mem: MemDisk,
  judge: Judge,
  what: string,
  turn: number,
  random: Random,
): Promise<void> {
  const rehearsal = new KillingDisk(mem.survivor().disk)
  await readContent(shape, ARCHIVE, rehearsal.disk)
  const moments = momentsOf(rehearsal.operations)
  for (const moment of ALL ? moments : moments.slice(turn % moments.length).slice(0, 1)) {
    const again = mem.survivor()
    const killing = new KillingDisk(again.disk, moment)
    await readContent(shape, ARCHIVE, killing.disk).catch(() => undefined)
    killing.bury()
    const where = `${what}, rolled back ${describe(moment, rehearsal.operations)}`
    for (const left of [again.survivor(), again.afterPowerCut(random)]) {
      await judge.judge(where, left.disk, ARCHIVE, false, () => bytesOf(left))
    }
  }
}

/**
 * Kills the change of a shape before, in and after every operation: the process alone, and the power of the
 * machine, so many times each.
 */
export async function sweep(shape: Shape, powerCuts: number, random: Random = seeded(4)): Promise<Tally> {
  const { before, after, operations } = await rehearse(shape)
  const judge = new Judge(shape, operations, before, after)
  for (const [turn, moment] of momentsOf(operations).entries()) {
    const what = describe(moment, operations)
    const { mem, acknowledged } = await isolate(shape, moment)
    const killed = mem.survivor()
    await judge.judge(what, killed.disk, ARCHIVE, acknowledged, () => bytesOf(killed))
    await judge.judgeByAppending(what, mem.survivor().disk, ARCHIVE)
    if (mem.files().has(`${ARCHIVE}.blpk-journal`)) await killRollback(shape, mem, judge, what, turn, random)
    for (let i = 0; i < powerCuts; i++) {
      const cut = mem.afterPowerCut(random)
      await judge.judge(`power cut ${what}`, cut.disk, ARCHIVE, acknowledged, () => bytesOf(cut))
    }
  }
  await readAcross(shape, judge, before)
  await cutAfterwards(shape, judge, Math.max(1, powerCuts), random)
  return judge.tally
}

/** Who opened the archive before the change reads what it was then, during the change and after it. */
async function readAcross(shape: Shape, judge: Judge, before: Content): Promise<void> {
  const mem = new MemDisk([[ARCHIVE, shape.archive]])
  const opened = await shape.open(ARCHIVE, mem.disk)
  await shape.change(ARCHIVE, mem.disk)
  await shape.append(ARCHIVE, mem.disk, EXTRA)
  judge.tally.kills++
  const isSame = await opened.content().then(
    (content) => same(content, before),
    () => false,
  )
  if (isSame) judge.tally.before++
  else judge.tally.lost.push('a reader who was there before the change reads something else after it')
  await opened.close()
}

/** Once it was acknowledged, no power cut may take it back. */
async function cutAfterwards(shape: Shape, judge: Judge, powerCuts: number, random: Random): Promise<void> {
  const mem = new MemDisk([[ARCHIVE, shape.archive]])
  await shape.change(ARCHIVE, mem.disk)
  for (let i = 0; i < powerCuts; i++) {
    const cut = mem.afterPowerCut(random)
    await judge.judge('power cut when it was done', cut.disk, ARCHIVE, true, () => bytesOf(cut))
  }
}
