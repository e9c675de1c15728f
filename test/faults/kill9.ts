import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import {
  type AppendOptions,
  append,
  changeFrame,
  compress,
  decompress,
  plainSource,
  SChunk,
} from '../../dist/index.js'
import { BLPK } from '../cli/run.js'
import { makeData } from '../support/data.js'
import { sized } from '../support/long.js'
import { type Random, seeded } from '../support/random.js'
import { sameBytes } from '../support/scratch.js'
import type { Tally } from './sweep.js'

/** How a kind of archive is made, read and appended to. */
interface RealKind {
  peer: Tally['peer']
  make(home: string, room: number, plain: Uint8Array): Promise<void>
  /** Opens the archive as any reader does, which rolls back, and gives its plain bytes. */
  read(path: string): Promise<Uint8Array>
  append(path: string, options: AppendOptions): Promise<{ skipped: boolean }>
}

const BLOSCPACK: RealKind = {
  peer: 'unpack',

  async make(home, room) {
    const metadata = '{"by":"the harness, with some room behind it for what comes later on"}'
    const o = { chunkSize: CHUNK, typesize: 4, threads: 1, maxAppChunks: room, metadata }
    await compress(join(home, 'old'), join(home, NAME), o)
  },

  async read(path) {
    await (await openArchive(path)).close()
    return decompress(readFileSync(path), { threads: 1 })
  },

  async append(path, options) {
    const source = await plainSource(join(path, '..', 'new'))
    const result = await append(path, source, { ...options, typesize: 4, threads: 1 })
    await source.close()
    return result
  },
}

const FRAME: RealKind = {
  peer: 'b2_describe',

  async make(home, _room, plain) {
    const o = { chunkSize: CHUNK, typesize: 4, codec: 'lz4' }
    await (await SChunk.create(o, plain)).save(join(home, NAME))
  },

  async read(path) {
    const schunk = await SChunk.open(path)
    return schunk.bytes().finally(() => schunk.close())
  },

  async append(path, { appendId }) {
    const bytes = readFileSync(join(path, '..', 'new'))
    return changeFrame(path, (s) => s.append(bytes), appendId === undefined ? {} : { appendId })
  },
}

interface RealShape {
  name: string
  kind: RealKind
  args: string[]
  /** Plain bytes of the archive before. */
  size: number
  options: AppendOptions
  room: number
}

/** What the archive is called, whatever it is. */
const NAME = 'a.blp'

const CHUNK = 64 * 1024
const ADDED = 40 * CHUNK + 124

const SHAPES: RealShape[] = [
  { kind: BLOSCPACK, name: 'kill -9: fill and add', args: [], size: 3 * CHUNK + 99, options: {}, room: 1000 },
  { kind: BLOSCPACK, name: 'kill -9: onto a full chunk', args: [], size: 3 * CHUNK, options: {}, room: 1000 },
  {
    kind: BLOSCPACK,
    name: 'kill -9: --grow',
    args: ['--grow'],
    size: 3 * CHUNK + 99,
    options: { grow: true },
    room: 0,
  },
  {
    kind: BLOSCPACK,
    name: 'kill -9: --append-id',
    args: ['--grow', '--append-id', 'x'],
    size: 3 * CHUNK + 99,
    options: { grow: true, appendId: 'x' },
    room: 1000,
  },
  { kind: FRAME, name: 'kill -9: frame', args: [], size: 3 * CHUNK + 100, options: {}, room: 0 },
  {
    kind: FRAME,
    name: 'kill -9: frame, --append-id',
    args: ['--append-id', 'x'],
    size: 3 * CHUNK + 100,
    options: { appendId: 'x' },
    room: 0,
  },
]

/** Runs an append, and kills it after a time. @returns was it said to be done, and how long did it take? */
function runAndKill(
  cwd: string,
  args: readonly string[],
  ms: number,
): Promise<{ code: number | null; ms: number }> {
  const began = performance.now()
  const child = spawn(process.execPath, [BLPK, 'append', ...args, NAME, 'new'], { cwd, stdio: 'ignore' })
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
    this.#archive = readFileSync(join(home, NAME))
    const counts = { kills: 0, before: 0, after: 0, operations: 0 }
    this.tally = { shape: shape.name, peer: shape.kind.peer, ...counts, lost: [], survivors: new Map() }
  }

  static async open(directory: string, shape: RealShape): Promise<RealKills> {
    const home = join(directory, shape.name.replace(/\W+/g, '-'))
    mkdirSync(home)
    const before = makeData('noisy', shape.size, 4, 11)
    const added = makeData('noisy', ADDED, 4, 12)
    writeFileSync(join(home, 'old'), before)
    writeFileSync(join(home, 'new'), added)
    await shape.kind.make(home, shape.room, before)
    return new RealKills(home, shape, [before, Buffer.concat([before, added])])
  }

  async typicalMs(): Promise<number> {
    const cwd = this.#prepare('rehearsal')
    const times: number[] = []
    for (let i = 0; i < sized(1, 3); i++) {
      copyFileSync(join(this.#home, NAME), join(cwd, NAME))
      const { code, ms } = await runAndKill(cwd, this.#shape.args, Number.POSITIVE_INFINITY)
      if (code !== 0) throw new Error(`the append of '${this.#shape.name}' ended with ${code}`)
      times.push(ms)
    }
    return Math.min(...times)
  }

  #prepare(name: string): string {
    const cwd = join(this.#home, name)
    mkdirSync(cwd)
    for (const file of [NAME, 'new']) copyFileSync(join(this.#home, file), join(cwd, file))
    return cwd
  }

  async kill(i: number, ms: number): Promise<void> {
    const cwd = this.#prepare(String(i))
    const { code } = await runAndKill(cwd, this.#shape.args, ms)
    const path = join(cwd, NAME)
    if (existsSync(`${path}.blpk-journal`)) this.hot++
    this.tally.kills++
    try {
      await this.#judge(path, code === 0)
    } catch (error) {
      this.tally.lost.push(`after ${ms.toFixed(1)} ms: ${(error as Error).message}`)
    }
  }

  async #judge(path: string, acknowledged: boolean): Promise<void> {
    const plain = await this.#shape.kind.read(path)
    const bytes = readFileSync(path)
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
    const { options, kind } = this.#shape
    if (isAfter && options.appendId === undefined) return
    const { skipped } = await kind.append(path, options)
    if (skipped !== isAfter) throw new Error(`run again, it was ${skipped ? '' : 'not '}skipped`)
    if (!sameBytes(await kind.read(path), after)) {
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
