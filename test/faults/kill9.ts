import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AppendOptions,
  appendToFile,
  openArchive,
  packFile,
  plainSource,
  unpackBytes,
} from '../../dist/index.js'
import { BLPK } from '../cli/run.js'
import { makeData } from '../support/data.js'
import { type Random, seeded } from '../support/random.js'
import { sameBytes } from '../support/scratch.js'
import type { Tally } from './sweep.js'

interface RealShape {
  name: string
  args: string[]
  /** Plain bytes of the archive before. */
  size: number
  options: AppendOptions
  room: number
}

const CHUNK = 64 * 1024
const ADDED = 40 * CHUNK + 123

const SHAPES: RealShape[] = [
  { name: 'kill -9: fill and add', args: [], size: 3 * CHUNK + 99, options: {}, room: 1000 },
  { name: 'kill -9: onto a full chunk', args: [], size: 3 * CHUNK, options: {}, room: 1000 },
  { name: 'kill -9: --grow', args: ['--grow'], size: 3 * CHUNK + 99, options: { grow: true }, room: 0 },
  {
    name: 'kill -9: --append-id',
    args: ['--grow', '--append-id', 'x'],
    size: 3 * CHUNK + 99,
    options: { grow: true, appendId: 'x' },
    room: 1000,
  },
]

/** Runs an append, and kills it after a time. @returns was it said to be done, and how long did it take? */
function runAndKill(
  cwd: string,
  args: readonly string[],
  ms: number,
): Promise<{ code: number | null; ms: number }> {
  const began = performance.now()
  const child = spawn(process.execPath, [BLPK, 'append', ...args, 'a.blp', 'new'], { cwd, stdio: 'ignore' })
  const timer = Number.isFinite(ms) ? setTimeout(() => child.kill('SIGKILL'), ms) : undefined
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, ms: performance.now() - began })
    })
  })
}

/** Real processes that append, killed at moments spread over their run. */
class RealKills {
  readonly tally: Tally
  /** Kills that left a journal or something half done to clean up. */
  hot = 0
  readonly #home: string
  readonly #shape: RealShape
  readonly #plain: [before: Uint8Array, after: Uint8Array]
  readonly #archive: Uint8Array

  private constructor(home: string, shape: RealShape, plain: [Uint8Array, Uint8Array]) {
    this.#home = home
    this.#shape = shape
    this.#plain = plain
    this.#archive = readFileSync(join(home, 'a.blp'))
    const counts = { kills: 0, before: 0, after: 0, operations: 0 }
    this.tally = { shape: shape.name, peer: 'unpack', ...counts, lost: [], survivors: new Map() }
  }

  static async open(directory: string, shape: RealShape): Promise<RealKills> {
    const home = join(directory, shape.name.replace(/\W+/g, '-'))
    mkdirSync(home)
    const before = makeData('noisy', shape.size, 4, 11)
    const added = makeData('noisy', ADDED, 4, 12)
    writeFileSync(join(home, 'old'), before)
    writeFileSync(join(home, 'new'), added)
    const metadata = '{"by":"the harness, with some room behind it for what comes later on"}'
    const o = { chunkSize: CHUNK, typesize: 4, threads: 1, maxAppChunks: shape.room, metadata }
    await packFile(join(home, 'old'), join(home, 'a.blp'), o)
    return new RealKills(home, shape, [before, Buffer.concat([before, added])])
  }

  async typicalMs(): Promise<number> {
    const cwd = this.#prepare('rehearsal')
    const times: number[] = []
    for (let i = 0; i < 3; i++) {
      copyFileSync(join(this.#home, 'a.blp'), join(cwd, 'a.blp'))
      const { code, ms } = await runAndKill(cwd, this.#shape.args, Number.POSITIVE_INFINITY)
      if (code !== 0) throw new Error(`the append of '${this.#shape.name}' ended with ${code}`)
      times.push(ms)
    }
    return Math.min(...times)
  }

  #prepare(name: string): string {
    const cwd = join(this.#home, name)
    mkdirSync(cwd)
    for (const file of ['a.blp', 'new']) copyFileSync(join(this.#home, file), join(cwd, file))
    return cwd
  }

  async kill(i: number, ms: number): Promise<void> {
    const cwd = this.#prepare(String(i))
    const { code } = await runAndKill(cwd, this.#shape.args, ms)
    const path = join(cwd, 'a.blp')
    if (existsSync(`${path}.blpk-journal`)) this.hot++
    this.tally.kills++
    try {
      await this.#judge(path, code === 0)
    } catch (error) {
      this.tally.lost.push(`after ${ms.toFixed(1)} ms: ${(error as Error).message}`)
    }
  }

  async #judge(path: string, acknowledged: boolean): Promise<void> {
    await (await openArchive(path)).close()
    const bytes = readFileSync(path)
    const plain = await unpackBytes(bytes, { threads: 1 })
    const [before, after] = this.#plain
    const isAfter = sameBytes(plain, after)
    if (!isAfter && !sameBytes(bytes, this.#archive)) throw new Error('it is neither as before nor as after')
    if (acknowledged && !isAfter) throw new Error('the append was acknowledged, and is not there')
    if (isAfter) this.tally.after++
    else this.tally.before++
    this.tally.survivors.set(Buffer.from(bytes).toString('base64'), {
      bytes,
      plain: isAfter ? after : before,
    })
    await this.#runAgain(path, isAfter, after)
  }

  /** The job is run once more; with an id that is always right. */
  async #runAgain(path: string, isAfter: boolean, after: Uint8Array): Promise<void> {
    const { options } = this.#shape
    if (isAfter && options.appendId === undefined) return
    const source = await plainSource(join(path, '..', 'new'))
    const { skipped } = await appendToFile(path, source, { ...options, typesize: 4, threads: 1 })
    await source.close()
    if (skipped !== isAfter) throw new Error(`run again, it was ${skipped ? '' : 'not '}skipped`)
    if (!sameBytes(await unpackBytes(readFileSync(path), { threads: 1 }), after)) {
      throw new Error('run again, it is not as after')
    }
  }
}

/** Kills so many real appends of each shape, two at a time. Most kills fall into the second half of the run. */
export async function killForReal(
  directory: string,
  kills: number,
  random: Random = seeded(9),
): Promise<Tally[]> {
  const tallies: Tally[] = []
  for (const shape of SHAPES) {
    const real = await RealKills.open(directory, shape)
    const typical = await real.typicalMs()
    let next = 0
    const killSome = async (): Promise<void> => {
      while (next < kills) {
        const i = next++
        const from = i % 4 === 0 ? 0 : 0.5
        await real.kill(i, typical * (from + random() * (1.25 - from)))
      }
    }
    await Promise.all([killSome(), killSome()])
    real.tally.shape += ` (${real.hot} left a journal)`
    tallies.push(real.tally)
  }
  return tallies
}
