import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyArchive } from '../../dist/format/bloscpack/verify.js'
import { compress, decompress, MemorySource, SChunk } from '../../dist/index.js'
import { blpk } from '../cli/run.js'
import { sized } from '../support/long.js'
import { startPeer } from '../support/peer.js'
import { between, seeded } from '../support/random.js'
import { scratchDirectory, sha256 } from '../support/scratch.js'

const WRITERS = sized(4, 16)
const APPENDS = sized(6, 25)
const READERS = 2
const RECORD = 1000
const MINUTES = 60_000

const directory = scratchDirectory()
const peer = await startPeer('an archive that many wrote to at once')

interface Ended {
  code: number | null
  out: string
}

function start(script: string, ...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const path = join(import.meta.dirname, script)
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  let out = ''
  child.stdout?.on('data', (piece: Buffer) => {
    out += piece.toString()
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out }))
  })
  return { child, ended }
}

/** What a crowd works on. */
interface Kind {
  writer: string
  make(name: string): Promise<string>
  /** The plain bytes, after everything was checked. */
  read(path: string): Promise<Buffer>
}

/** An archive with one record in it, room for many, and metadata that can hold all ids. */
async function emptyArchive(name: string): Promise<string> {
  const path = join(directory, name)
  const metadata = JSON.stringify({ room: 'x'.repeat(2000) })
  const o = { chunkSize: 3500, typesize: 1, maxAppChunks: 1000, threads: 1, metadata }
  writeFileSync(path, await compress(Buffer.alloc(RECORD, 'first;'), o))
  return path
}

const ARCHIVE: Kind = {
  writer: 'writer.mjs',
  make: (name) => emptyArchive(`${name}.blp`),
  async read(path) {
    const bytes = Buffer.from(await decompress(readFileSync(path), { threads: 1 }))
    expect((await verifyArchive(new MemorySource(readFileSync(path)), { deep: true })).findings).toEqual([])
    const theirs = await peer?.call('unpack', { input: path, output: join(directory, 'plain') })
    if (theirs !== undefined) expect(theirs.sha256).toBe(sha256(bytes))
    return bytes
  },
}

const FRAME: Kind = {
  writer: 'frame-writer.mjs',
  async make(name) {
    const path = join(directory, `${name}.b2frame`)
    await (await SChunk.create({ chunkSize: 3500 }, Buffer.alloc(RECORD, 'first;'))).save(path)
    return path
  },
  async read(path) {
    const schunk = await SChunk.open(path)
    const bytes = Buffer.from(await schunk.bytes())
    await schunk.close()
    const theirs = await peer?.call('b2_describe', { input: path })
    if (theirs !== undefined) expect(theirs.sha256).toBe(sha256(bytes))
    return bytes
  },
}

async function readMeanwhile(path: string, work: () => Promise<void>): Promise<number> {
  const readers = Array.from({ length: READERS }, () => start('reader.mjs', path))
  await work()
  let reads = 0
  for (const { child, ended } of readers) {
    child.stdin?.end()
    const result = JSON.parse((await ended).out) as { reads: number; problems: string[] }
    expect(result.problems).toEqual([])
    reads += result.reads
  }
  return reads
}

async function tagsIn(kind: Kind, path: string): Promise<string[]> {
  const bytes = await kind.read(path)
  const tags: string[] = []
  for (let at = RECORD; at < bytes.length; at += RECORD) {
    tags.push(bytes.subarray(at, bytes.indexOf(';', at) + 1).toString())
  }
  return tags
}

function allTags(): string[] {
  return Array.from(
    { length: WRITERS * APPENDS },
    (_, i) => `w${i % WRITERS}-a${Math.floor(i / WRITERS)};`,
  ).sort()
}

const KINDS = [
  ['archive', ARCHIVE],
  ['frame', FRAME],
] as const

test.each(KINDS)(
  `${WRITERS} processes append ${APPENDS} times each to one %s`,
  {
    timeout: 5 * MINUTES,
  },
  async (name, kind) => {
    const path = await kind.make('crowd')
    const reads = await readMeanwhile(path, async () => {
      const writers = Array.from({ length: WRITERS }, (_, w) =>
        start(kind.writer, path, `${w}`, '0', `${APPENDS}`),
      )
      for (const { ended } of writers) expect((await ended).code).toBe(0)
    })
    expect((await tagsIn(kind, path)).sort()).toEqual(allTags())
    expect(reads).toBeGreaterThan(10)
    process.stdout.write(
      `${name}: ${WRITERS * APPENDS} appends there, each once; ${reads} reads meanwhile, all of whole states\n`,
    )
  },
)

/** Runs a writer until all of its appends are acknowledged, killing it now and then. @returns kills */
async function stubbornWriter(kind: Kind, path: string, writer: number): Promise<number> {
  const random = seeded(100 + writer)
  let kills = 0
  for (let from = 0; from < APPENDS; ) {
    const { child, ended } = start(kind.writer, path, `${writer}`, `${from}`, `${APPENDS}`, 'ids')
    const timer =
      kills < sized(2, 4)
        ? setTimeout(() => child.kill('SIGKILL'), between(random, 100, sized(500, 1500)))
        : undefined
    const { code, out } = await ended
    clearTimeout(timer)
    if (code === null) kills++
    else expect(code).toBe(0)
    from += out.split('\n').filter((line) => / (done|skipped)$/.test(line)).length
  }
  return kills
}

test.each(KINDS)(
  'the same with writers that are killed and run again: %s',
  {
    timeout: 5 * MINUTES,
  },
  async (name, kind) => {
    const path = await kind.make('killed')
    let kills = 0
    const reads = await readMeanwhile(path, async () => {
      const runs = Array.from({ length: WRITERS }, (_, w) => stubbornWriter(kind, path, w))
      for (const run of runs) kills += await run
    })
    expect((await tagsIn(kind, path)).sort()).toEqual(allTags())
    expect(kills).toBeGreaterThan(sized(1, 5))
    process.stdout.write(
      `${name}: ${kills} kills, ${WRITERS * APPENDS} appends there, each once; ${reads} reads meanwhile\n`,
    )
  },
)

test('commands append at once', { timeout: 2 * MINUTES }, async () => {
  const path = await emptyArchive('commands.blp')
  const commands = sized(4, 8)
  const runs = Array.from({ length: commands }, (_, i) =>
    blpk(['append', '-t', '1', path, '-'], { input: Buffer.alloc(RECORD, `w0-a${i};`) }),
  )
  for (const run of runs) expect(await run).toMatchObject({ code: 0, err: '' })
  expect((await tagsIn(ARCHIVE, path)).sort()).toEqual(
    Array.from({ length: commands }, (_, i) => `w0-a${i};`),
  )
})
