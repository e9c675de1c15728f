import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeFrame, NDArray, SChunk } from '../../dist/index.js'
import { blpk, isPosix, shell } from '../cli/run.js'
import { sized } from '../support/long.js'
import { pythonOfPeer } from '../support/peer.js'
import { scratchDirectory } from '../support/scratch.js'

const WRITERS = sized(2, 8)
const APPENDS = sized(8, 20)
const RECORD = 1000
const MINUTES = 60_000

const directory = scratchDirectory()
const python = pythonOfPeer('locks of Python and ours')
const isRoot = process.geteuid?.() === 0

let path = ''
let sidecar = ''

async function makeFrame(file: string): Promise<void> {
  await (await SChunk.create({ chunkSize: RECORD }, Buffer.alloc(RECORD, 'first;'))).save(file)
}

beforeEach(async ({ task }) => {
  path = join(directory, `${task.id}.b2frame`)
  sidecar = `${path}.b2lock`
  await makeFrame(path)
})

const helpers: ChildProcess[] = []
afterEach(() => {
  for (const child of helpers.splice(0)) child.kill('SIGKILL')
})

/** How often the lock was taken, by the file beside the frame. */
function counter(): bigint {
  return readFileSync(sidecar).readBigUInt64LE(8)
}

async function hold(command: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  helpers.push(child)
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)))
  })
  return child
}

function ended(command: string, ...args: string[]): Promise<number | null> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', resolve)
  })
}

const more = join(directory, 'more')
writeFileSync(more, Buffer.alloc(RECORD, 'more;'))
const append = (...options: string[]) => blpk(['append', ...options, path, more])

describe.skipIf(python === undefined)('beside Python with locking', () => {
  async function crowd(file: string, read: () => Promise<Uint8Array>): Promise<void> {
    const writers = Array.from({ length: WRITERS }, (_, i) => [
      ended(python ?? '', join(import.meta.dirname, 'lock-writer.py'), file, `${i}`, `${APPENDS}`),
      ended(process.execPath, join(import.meta.dirname, 'lock-writer.mjs'), file, `${i}`, `${APPENDS}`),
    ])
    expect(new Set(await Promise.all(writers.flat()))).toEqual(new Set([0]))
    const bytes = Buffer.from(await read())
    const found = Array.from({ length: bytes.length / RECORD }, (_, i) =>
      bytes.subarray(i * RECORD, (i + 1) * RECORD).toString('latin1'),
    )
    const wanted = writers.flatMap((_, writer) =>
      Array.from({ length: APPENDS }, (__, i) => [`p${writer}-a${i};`, `b${writer}-a${i};`]).flat(),
    )
    const repeated = (tag: string): string => tag.repeat(RECORD).slice(0, RECORD)
    expect(found.slice(1).sort()).toEqual(wanted.map(repeated).sort())
    expect(await blpk(['verify', '--deep', file])).toMatchObject({ code: 0 })
  }

  test(
    `${WRITERS} processes each append ${APPENDS} times to one frame, and nothing is lost`,
    async () => {
      await crowd(path, async () => {
        const schunk = await SChunk.open(path)
        try {
          return await schunk.bytes()
        } finally {
          await schunk.close()
        }
      })
      expect(counter()).toBe(BigInt(2 * WRITERS * APPENDS))
    },
    4 * MINUTES,
  )

  test(
    `${WRITERS} processes each append ${APPENDS} times to one array, and nothing is lost`,
    async () => {
      const file = path.replace(/b2frame$/, 'b2nd')
      const first = new Uint8Array(Buffer.alloc(RECORD, 'first;'))
      await (await NDArray.fromTypedArray(first, { shape: [1, RECORD], chunks: [3, RECORD] })).save(file)
      await crowd(file, async () => {
        const array = await NDArray.open(file)
        try {
          return (await array.slice()).data
        } finally {
          await array.close()
        }
      })
    },
    4 * MINUTES,
  )

  test('an append waits for Python, and says through which file', async () => {
    const holder = await hold(python ?? '', join(import.meta.dirname, 'lock-holder.py'), path)
    const { code, err } = await append('--lock-timeout', '0.2')
    expect(code).toBe(6)
    expect(err).toContain(`through '${sidecar}' for more than 0.2 s (see --lock-timeout)`)
    expect((await append('--lock-timeout', '0')).code).toBe(6)
    expect((await append('--no-lock')).code).toBe(0)
    const waiting = append()
    holder.stdin?.end()
    expect((await waiting).code).toBe(0)
  })

  test('Python waits for a change of ours', async () => {
    let python_: Promise<number | null> | undefined
    await changeFrame(path, async (schunk) => {
      python_ = ended(python ?? '', join(import.meta.dirname, 'lock-writer.py'), path, '0', '1')
      const first = await Promise.race([python_, new Promise((done) => setTimeout(done, 1500, 'waits'))])
      expect(first).toBe('waits')
      await schunk.append(Buffer.alloc(RECORD, 'ours;'))
    })
    expect(await python_).toBe(0)
    const schunk = await SChunk.open(path)
    expect(Buffer.from(await schunk.slice(RECORD, RECORD + 5)).toString()).toBe('ours;')
    expect(Buffer.from(await schunk.slice(2 * RECORD, 2 * RECORD + 6)).toString()).toBe('p0-a0;')
    await schunk.close()
  })
})

test('the lock file is made with 16 bytes, for those who may write, and its counter raised by each change', async () => {
  for (const mode of [0o644, 0o664, 0o600, 0o666]) {
    rmSync(sidecar, { force: true })
    chmodSync(path, mode)
    expect((await append()).code).toBe(0)
    expect(statSync(sidecar)).toMatchObject({ size: 16 })
    const writers = mode & 0o222
    if (isPosix) expect(statSync(sidecar).mode & 0o777).toBe(writers | (writers << 1))
    expect(counter()).toBe(1n)
  }
  expect((await blpk(['meta', 'set', path, 'name', '1'])).code).toBe(0)
  expect(counter()).toBe(2n)
  const before = readFileSync(sidecar)
  before.writeBigUInt64LE(2n ** 64n - 1n, 8)
  writeFileSync(sidecar, before)
  expect((await append()).code).toBe(0)
  expect(counter()).toBe(0n)
})

test('archives, and --no-lock, make none', async () => {
  const archive = join(directory, 'plain.blp')
  const from = join(directory, 'plain')
  writeFileSync(from, 'bytes')
  expect((await blpk(['compress', '-f', from, archive])).code).toBe(0)
  expect((await blpk(['append', archive, from])).code).toBe(0)
  expect(existsSync(`${archive}.b2lock`)).toBe(false)
  expect((await append('--no-lock')).code).toBe(0)
  expect(existsSync(sidecar)).toBe(false)
})

test('compress -f over a frame takes the lock that is there, and makes none', async () => {
  const input = join(directory, 'input')
  writeFileSync(input, 'bytes')
  expect((await blpk(['compress', '-f', input, path])).code).toBe(0)
  expect(existsSync(sidecar)).toBe(false)
  writeFileSync(sidecar, '')
  expect((await blpk(['compress', '-f', input, path])).code).toBe(0)
  expect(counter()).toBe(1n)
})

test.skipIf(!isPosix)('a frame that is replaced while its lock is held waits', async () => {
  const input = join(directory, 'input')
  writeFileSync(input, 'bytes')
  writeFileSync(sidecar, '')
  await hold('flock', sidecar, '-c', 'echo held; read line')
  const before = readFileSync(path)
  const { code, err } = await blpk(['compress', '-f', '--lock-timeout', '0.2', input, path])
  expect([code, err]).toEqual([6, expect.stringContaining(sidecar)])
  expect(readFileSync(path)).toEqual(before)
})

test.skipIf(!isPosix)('a sparse frame that replaces another hands its lock file on', async () => {
  const input = join(directory, 'input')
  writeFileSync(input, 'bytes')
  const sparse = join(directory, 'sparse.b2frame')
  expect((await blpk(['compress', '--sparse', input, sparse])).code).toBe(0)
  const lock = join(sparse, '.b2lock')
  writeFileSync(lock, '')
  const { ino } = statSync(lock)
  expect((await blpk(['compress', '--sparse', '-f', input, sparse])).code).toBe(0)
  expect(statSync(lock).ino).toBe(ino)
  expect(readFileSync(lock).readBigUInt64LE(8)).toBe(1n)
  await hold('flock', lock, '-c', 'echo held; read line')
  const late = await blpk(['compress', '--sparse', '-f', '--lock-timeout', '0.2', input, sparse])
  expect([late.code, late.err]).toEqual([6, expect.stringContaining(lock)])
  expect((await blpk(['verify', sparse])).code).toBe(0)
})

describe.skipIf(!isPosix)('what somebody else put there', () => {
  const victim = join(directory, 'victim')

  beforeEach(() => {
    rmSync(victim, { force: true })
    writeFileSync(victim, 'short')
  })

  test.each<[string, () => unknown, string]>([
    ['a symbolic link', () => symlinkSync(victim, sidecar), 'is not a regular file'],
    ['a link to nothing', () => symlinkSync(`${victim}-new`, sidecar), 'is not a regular file'],
    ['a pipe', () => shell(`mkfifo '${sidecar}'`), 'is not a regular file'],
    ['a directory', () => mkdirSync(sidecar), 'is not a regular file'],
    ['a hard link', () => linkSync(victim, sidecar), 'has several hard links'],
    ['a file of another kind', () => writeFileSync(sidecar, 'x'.repeat(17)), 'has other content'],
  ])('%s is not followed or written to', async (_, plant, why) => {
    await plant()
    const before = readFileSync(path)
    const { code, err } = await append()
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`'${sidecar}' has the name of the Blosc2 lock file`),
    ])
    expect(err).toContain(why)
    expect(readFileSync(path)).toEqual(before)
    expect(readFileSync(victim, 'utf8')).toBe('short')
    expect(existsSync(`${victim}-new`)).toBe(false)
  })

  test.skipIf(!isRoot)(
    'a lock file of who may not write to the frame keeps nobody out (needs root)',
    async () => {
      const nobody = 65534
      chmodSync(path, 0o644)
      chownSync(path, 1000, 1000)
      writeFileSync(sidecar, '')
      chownSync(sidecar, nobody, nobody)
      await hold('flock', sidecar, '-c', 'echo held; read line')
      const { code, err } = await append('--lock-timeout', '5')
      expect([code, err]).toEqual([
        0,
        expect.stringContaining(`'${sidecar}' belongs to a user who cannot change the frame`),
      ])
      // Who may write to it may lock it.
      chmodSync(path, 0o666)
      expect((await append('--lock-timeout', '0.2')).code).toBe(6)
    },
  )

  test.skipIf(!isRoot)('root makes it for the owner of the frame (needs root)', async () => {
    chownSync(path, 1000, 1001)
    expect((await append()).code).toBe(0)
    expect(statSync(sidecar)).toMatchObject({ uid: 1000, gid: 1001 })
  })
})

test.skipIf(process.platform !== 'linux')(
  'a link has a lock file too, as programs that are given it look there',
  async () => {
    const link = join(directory, 'link.b2frame')
    symlinkSync(path, link)
    expect((await blpk(['append', link, more])).code).toBe(0)
    expect(statSync(`${link}.b2lock`).size).toBe(16)
    expect(counter()).toBe(1n)
  },
)

test.skipIf(process.platform !== 'linux')(
  'without the command flock only frames that others lock are refused',
  async () => {
    const env = { PATH: directory }
    const input = 'more'
    expect((await blpk(['append', path, '-'], { env, input })).code).toBe(0)
    expect(existsSync(sidecar)).toBe(false)
    writeFileSync(sidecar, '')
    const { code, err } = await blpk(['append', path, '-'], { env, input })
    expect([code, err]).toEqual([
      4,
      expect.stringContaining('the flock command (util-linux or BusyBox) is missing'),
    ])
  },
)

test.skipIf(!isPosix)(
  'a frame that is made anew while its lock is waited for is the one that is changed',
  async () => {
    writeFileSync(sidecar, '')
    const holder = await hold('flock', sidecar, '-c', 'echo held; read line')
    const waiting = append()
    await new Promise((done) => setTimeout(done, 500))
    // As Python does it with mode="w": frame and lock file are removed and made anew.
    await makeFrame(`${path}-new`)
    rmSync(sidecar)
    renameSync(`${path}-new`, path)
    holder.stdin?.end()
    expect((await waiting).code).toBe(0)
    const schunk = await SChunk.open(path)
    expect(schunk.nchunks).toBe(2)
    await schunk.close()
  },
)

test.skipIf(!isPosix)('a signal ends the wait', async () => {
  writeFileSync(sidecar, '')
  await hold('flock', sidecar, '-c', 'echo held; read line')
  const change = changeFrame(path, async () => {}, { signal: AbortSignal.timeout(200) })
  await expect(change).rejects.toMatchObject({ code: 'INTERRUPTED' })
})
