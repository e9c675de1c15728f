// What every container must do, built in or of a user: each verb, from the command line and from the library. The toy in
// toys/plain-container.mjs does the least that a container can, and goes through all of it too; that in box-container.mjs is
// only read.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  containerOf,
  containers,
  formatByName,
  formats,
  loadContainer,
  packerOf,
  writtenFormats,
} from '../../dist/format/registry.js'
import { select } from '../../dist/format/select.js'
import {
  BlpkError,
  type ByteSource,
  BytesPlainSource,
  type Container,
  MemorySink,
  MemorySource,
  registerContainer,
} from '../../dist/index.js'
import { info } from '../../dist/verbs/info.js'
import { openContainer } from '../../dist/verbs/open.js'
import { verify } from '../../dist/verbs/verify.js'
import { put, ramp, tempDir } from '../cli/run.js'
import { pluginsOnce, warmBlpk } from '../support/warm.js'
import { boxContainer, makeBox } from './toys/box-container.mjs'
import { toy } from './toys/plain-container.mjs'

registerContainer(toy)
registerContainer(boxContainer(BlpkError))

const PLUGINS = ['plain-container.mjs', 'box-container.mjs'].flatMap((name) => [
  '--plugin',
  join(import.meta.dirname, 'toys', name),
])
const data = ramp(40_000)

/** A kind of file, and how one is made of `data` in items of four bytes. */
interface Kind {
  what: string
  /** Can files of this kind be made? */
  isWritten: boolean
  name: string
  make(cwd: string): Promise<void>
}

const plugins = pluginsOnce(PLUGINS)

async function run(cwd: string, args: readonly string[], input?: Uint8Array) {
  const { code, out, err } = await warmBlpk([...args, ...plugins()], { cwd, ...(input && { input }) })
  return { code, out, text: `${out}${err}` }
}

function packed(id: string, ...flags: string[]): Kind['make'] {
  return async (cwd) => {
    put(cwd, 'a', data)
    const { code, text } = await run(cwd, ['c', '-t', '4', ...flags, 'a', `a.${id}`])
    expect([code, text]).toEqual([0, ''])
  }
}

const MADE: Record<string, Kind['make']> = {
  blp: packed('blp', '-z', '8K'),
  b2frame: packed('b2frame', '-z', '8K'),
  b2nd: packed('b2nd', '--chunks', '2048'),
  h5: packed('h5', '--chunks', '2048'),
  toy: packed('toy'),
  box: async (cwd) => {
    put(cwd, 'a', data)
    put(cwd, 'a.box', makeBox([['/a', 4, data]]))
  },
}

const KINDS: Kind[] = [
  ...formats().map(({ id, what, extension }) => ({
    what,
    isWritten: writtenFormats().some((format) => format.id === id),
    name: `a${extension}`,
    make: MADE[id] as Kind['make'],
  })),
  {
    what: 'a sparse frame',
    isWritten: true,
    name: 'a.b2frame',
    make: packed('b2frame', '-z', '8K', '--sparse'),
  },
]

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(Uint8Array.from(piece))
  return Buffer.concat(all)
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

/** Counts how often it is closed. */
class CountingSource extends MemorySource {
  closed = 0

  override close(): void {
    this.closed++
  }
}

function containerFor(name: string): Promise<Container> {
  const format = formatByName(name)
  if (format === undefined) throw new Error(name)
  return loadContainer(containerOf(format))
}

test('each format of the registry is made here', () => {
  expect(formats().map(({ id }) => id)).toEqual(Object.keys(MADE))
})

test('what a container says of itself at the start is true', async () => {
  for (const traits of containers()) {
    const { pack, onlyRead = false } = await loadContainer(traits)
    expect([traits.name, pack === undefined, onlyRead]).toEqual([
      traits.name,
      traits.onlyRead === true,
      traits.onlyRead === true,
    ])
  }
})

describe.each(KINDS)('$what', ({ what, isWritten, name, make }) => {
  const isDirectory = what === 'a sparse frame'

  test('info says what it is, and how much is in it', async () => {
    const cwd = tempDir()
    await make(cwd)
    const path = join(cwd, name)
    const { head, rows } = await info(path, { file: name })
    expect(head).toMatchObject({ file: name, nbytes: data.length })
    expect(rows.map(({ label }) => label)).toEqual(expect.arrayContaining(['format', 'size', 'plain size']))
    const shown = await run(cwd, ['info', '--json', name])
    expect(JSON.parse(shown.out.toString())).toMatchObject([head])
    expect((await run(cwd, ['info', name])).text).toMatch(/^a\..*\n {2}format {7}\S/)
  })

  test('plain bytes come whole and in parts', async () => {
    const cwd = tempDir()
    await make(cwd)
    const opened = await openContainer(join(cwd, name))
    try {
      expect(opened).toMatchObject({ nbytes: data.length, typesize: 4 })
      expect((await bytesOf(select(opened, {}).pieces())).equals(data)).toBe(true)
      expect((await bytesOf(opened.pieces(0, undefined, {}))).equals(data)).toBe(true)
      expect((await bytesOf(opened.pieces(9_001, 20_003, {}))).equals(data.subarray(9_001, 20_003))).toBe(
        true,
      )
      const items = select(opened, { items: { start: 2000, stop: -3 }, raw: true })
      expect((await bytesOf(items.pieces())).equals(data.subarray(8000, -12))).toBe(true)
    } finally {
      await opened.close()
    }
  })

  test('verify finds it sound, and compares it with what it was made of', async () => {
    const cwd = tempDir()
    await make(cwd)
    const path = join(cwd, name)
    expect(await verify(path, { deep: true })).toMatchObject({ ok: true, findings: [], deep: true })
    expect(await verify(path, { against: data })).toMatchObject({ ok: true })
    const other = await verify(path, { against: changed(data, 30_000) })
    expect(other).toMatchObject({ ok: false, findings: [{ level: 'damage', code: 'DAMAGED' }] })
    expect((await verify(path, { against: data.subarray(0, -1) })).ok).toBe(false)
    expect((await verify(path, { against: Buffer.concat([data, data]) })).ok).toBe(false)
    const sound = await run(cwd, ['verify', '--against', 'a', name])
    expect([sound.code, sound.text]).toEqual([0, expect.stringMatching(/: ok \(.*decompressed\)\n$/)])
    put(cwd, 'b', changed(data, 30_000))
    const differs = await run(cwd, ['verify', '--against', 'b', name])
    expect([differs.code, differs.text]).toEqual([3, expect.stringContaining("the data differ from 'b'")])
  })

  test.skipIf(isDirectory)('a pipe is read as well as a file', async () => {
    const cwd = tempDir()
    await make(cwd)
    const bytes = readFileSync(join(cwd, name))
    expect((await run(cwd, ['info', '-'], bytes)).code).toBe(0)
    expect((await run(cwd, ['verify', '--against', 'a', '-'], bytes)).code).toBe(0)
  })

  test.skipIf(isDirectory)('what is cut short is damaged', async () => {
    const cwd = tempDir()
    await make(cwd)
    const bytes = readFileSync(join(cwd, name))
    put(cwd, name, bytes.subarray(0, -100))
    const report = await verify(join(cwd, name))
    expect(report.ok).toBe(false)
    expect(report.findings.some(({ level }) => level === 'damage')).toBe(true)
    expect((await run(cwd, ['verify', name])).code).toBe(3)
  })

  test.skipIf(isDirectory)('what was opened is closed with it, once', async () => {
    const cwd = tempDir()
    await make(cwd)
    const source = new CountingSource(readFileSync(join(cwd, name)))
    const opened = await (await containerFor(name)).open({ source }, {})
    expect((await bytesOf(opened.pieces(0, undefined, {}))).equals(data)).toBe(true)
    expect(source.closed).toBe(0)
    await opened.close()
    expect(source.closed).toBe(1)
  })

  test.skipIf(isDirectory)('a changed bit is reported, or does the data no harm', async () => {
    const cwd = tempDir()
    await make(cwd)
    const bytes = readFileSync(join(cwd, name))
    const container = await containerFor(name)
    let reported = 0
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 80)) {
      const source = new MemorySource(changed(bytes, at))
      const report = await container.verify?.({ source }, { deep: true })
      if (report === undefined || !report.ok) reported++
      else {
        const opened = await container.open({ source }, {})
        expect([at, (await bytesOf(opened.pieces(0, undefined, {}))).equals(data)]).toEqual([at, true])
      }
    }
    expect(reported).toBeGreaterThan(40)
  })

  test('the command line unpacks it, whole and in part, and makes it again', async () => {
    const cwd = tempDir()
    await make(cwd)
    expect(await run(cwd, ['d', name, 'whole.npy', '--raw'])).toMatchObject({ code: 0, text: '' })
    expect(readFileSync(join(cwd, 'whole.npy')).equals(data)).toBe(true)
    expect(await run(cwd, ['d', name, 'part', '--raw', '--items', '2000:-3'])).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, 'part')).equals(data.subarray(8000, -12))).toBe(true)
    expect((await run(cwd, ['d', name, 'whole.npy', '--raw'])).code).toBe(1)
    expect((await run(cwd, ['c', '-t', '4', 'missing', 'b.blp'])).code).toBe(1)
  })

  test.each(writtenFormats())('it is converted to $what', async ({ extension }) => {
    const cwd = tempDir()
    await make(cwd)
    const to = `converted${extension}`
    expect(await run(cwd, ['convert', name, to])).toMatchObject({ code: 0 })
    expect(await verify(join(cwd, to), { against: data, raw: true })).toMatchObject({ ok: true })
  })

  test.skipIf(isDirectory || !isWritten)('two of them are joined', async () => {
    const cwd = tempDir()
    await make(cwd)
    const to = `joined${name.slice(1)}`
    expect(await run(cwd, ['concat', to, name, name])).toMatchObject({ code: 0 })
    const against = Buffer.concat([data, data])
    expect(await verify(join(cwd, to), { against, raw: true })).toMatchObject({ ok: true })
  })

  test.skipIf(isDirectory || !isWritten)('an append comes behind what is there, each time', async () => {
    const cwd = tempDir()
    await make(cwd)
    const more = ramp(9_996)
    put(cwd, 'more', more)
    const reader = await openContainer(join(cwd, name))
    try {
      for (let i = 0; i < 2; i++)
        expect(await run(cwd, ['append', '--raw', '-q', name, 'more'])).toMatchObject({ code: 0, text: '' })
      const againstAll = Buffer.concat([data, more, more])
      expect(await verify(join(cwd, name), { against: againstAll, raw: true })).toMatchObject({ ok: true })
      // Who had it open reads what was there then.
      expect((await bytesOf(reader.pieces(0, undefined, {}))).equals(data)).toBe(true)
    } finally {
      await reader.close()
    }
    const before = readFileSync(join(cwd, name))
    expect((await run(cwd, ['append', name, name])).code).toBe(1)
    expect((await run(cwd, ['append', name, 'missing'])).code).toBe(1)
    expect(readFileSync(join(cwd, name)).equals(before)).toBe(true)
    const left = readdirSync(cwd).filter((file) => !file.endsWith('.b2lock'))
    expect(left.sort()).toEqual(['a', name, 'more'])
  })

  test.skipIf(isDirectory || !isWritten)(
    'metadata are set, read and removed by name, if it keeps any',
    async () => {
      const cwd = tempDir()
      await make(cwd)
      const before = readFileSync(join(cwd, name))
      const room = name === 'a.blp' ? ['--grow'] : []
      const set = await run(cwd, ['meta', 'set', ...room, name, 'who', '5'])
      if (what === 'a toy container') {
        expect(set).toMatchObject({ code: 4, text: expect.stringContaining('toy files keep no metadata') })
        expect((await run(cwd, ['meta', 'get', name])).code).toBe(4)
        expect((await run(cwd, ['append', '--append-id', '1', name, 'a'])).code).toBe(4)
        expect(readFileSync(join(cwd, name)).equals(before)).toBe(true)
        return
      }
      if (name === 'a.h5') {
        expect(set).toMatchObject({ code: 4, text: expect.stringContaining('read, but not changed') })
        expect(readFileSync(join(cwd, name)).equals(before)).toBe(true)
        return
      }
      expect(set).toMatchObject({ code: 0, text: '' })
      expect((await run(cwd, ['meta', 'get', name, 'who'])).text).toBe('5\n')
      expect((await run(cwd, ['meta', 'rm', name, 'who'])).code).toBe(0)
      expect((await run(cwd, ['meta', 'get', name, 'who'])).code).not.toBe(0)
    },
  )

  test.skipIf(!isWritten)('repair and salvage keep what is there, as it was', async () => {
    const cwd = tempDir()
    await make(cwd)
    const to = isDirectory ? 'sound.b2frame' : `sound${name.slice(1)}`
    const repaired = await run(cwd, ['repair', '--quiet', name, to])
    expect([repaired.code, repaired.text]).toEqual([0, ''])
    expect((await run(cwd, ['verify', '--against', 'a', to])).code).toBe(0)
    const salvaged = await run(cwd, ['d', '--salvage', '--raw', '--quiet', name, 'plain'])
    expect([salvaged.code, salvaged.text]).toEqual([0, ''])
    expect(readFileSync(join(cwd, 'plain')).equals(data)).toBe(true)
  })

  test.skipIf(isWritten)('nothing writes or changes it', async () => {
    const cwd = tempDir()
    await make(cwd)
    const before = readFileSync(join(cwd, name))
    const [id] = name.split('.').slice(-1)
    for (const args of [
      ['append', name, 'a'],
      ['meta', 'set', name, 'who', '5'],
      ['repair', name, 'sound.blp'],
      ['concat', '-f', name, name],
      ['concat', 'joined', name, name],
      ['c', '-f', 'a', name],
      ['c', '-f', '--format', 'blp', 'a', name],
      ['c', '--format', String(id), 'a', 'other'],
      ['convert', '-f', name, name],
      ['convert', '--format', String(id), name, 'other'],
    ]) {
      const { code, text } = await run(cwd, args)
      expect([args, code]).toEqual([args, expect.toBeOneOf([1, 2, 4])])
      expect([args, text]).toEqual([
        args,
        expect.stringMatching(/can read, but not|only (be )?read|never replaces/),
      ])
      expect(text.trim().split('\n')).toHaveLength(1)
    }
    expect(readFileSync(join(cwd, name)).equals(before)).toBe(true)
    expect(readdirSync(cwd).sort()).toEqual(['a', name])
    const salvaged = await run(cwd, ['d', '--salvage', '--raw', '--quiet', name, 'plain'])
    expect([salvaged.code, salvaged.text]).toEqual([0, ''])
    expect(readFileSync(join(cwd, 'plain')).equals(data)).toBe(true)
  })

  test('a run that is stopped says so', async () => {
    const cwd = tempDir()
    await make(cwd)
    await expect(verify(join(cwd, name), { signal: AbortSignal.abort(), deep: true })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
  })
})

describe.each(writtenFormats())('packing $what', (format) => {
  /** Packs into a sink of its own; from where it fails, if it does. */
  async function pack(read: ByteSource['read'], write?: () => never) {
    const sink = new MemorySink()
    const done: string[] = []
    const told = Object.assign(sink, {
      ...(write && { write }),
      commit: () => void done.push('commit'),
      discard: () => void done.push('discard'),
    })
    const source = { name: 'in', size: data.length, seekable: false, read, close: () => {} }
    const output = {
      name: 'out',
      bytes: async () => told,
      directory: () => Promise.reject(new Error('none')),
    }
    const container = await packerOf(format)
    const plain = new BytesPlainSource(source, { typesize: 4 })
    return { done, packing: container.pack(plain, output, format, { typesize: 4, threads: 1 }) }
  }
  const whole = new MemorySource(data)
  const failure = (): never => {
    throw new BlpkError('IO', 'broken')
  }

  test('commits once, and says what was packed', async () => {
    const { done, packing } = await pack((at, into) => whole.read(at, into))
    expect(await packing).toMatchObject({ nbytes: data.length })
    expect(done).toEqual(['commit'])
  })

  test.each([0, 20_000])('publishes nothing of a source that fails after %i bytes', async (most) => {
    const { done, packing } = await pack((at, into) => (at >= most ? failure() : whole.read(at, into)))
    await expect(packing).rejects.toMatchObject({ code: 'IO' })
    expect(done).not.toContain('commit')
  })

  test('discards what cannot be written', async () => {
    const { done, packing } = await pack((at, into) => whole.read(at, into), failure)
    await expect(packing).rejects.toMatchObject({ code: 'IO' })
    expect([...new Set(done)]).toEqual(['discard'])
  })
})

test('what cannot be read is lost, or zeros, where the container does not recover itself', async () => {
  const cwd = tempDir()
  await packed('toy')(cwd)
  const whole = Buffer.concat([data, data, data])
  const head = Buffer.from(readFileSync(join(cwd, 'a.toy')).subarray(0, 16))
  head.writeBigUInt64LE(BigInt(whole.length), 8)
  put(cwd, 'a.toy', Buffer.concat([head, whole.subarray(0, 100_000)]))
  const left = await run(cwd, ['d', '--salvage', 'a.toy', 'left'])
  expect([left.code, left.text]).toEqual([3, expect.stringContaining('plain bytes 65536 to 120000 are lost')])
  expect(readFileSync(join(cwd, 'left')).equals(whole.subarray(0, 65_536))).toBe(true)
  expect((await run(cwd, ['repair', '--fill', 'zeros', 'a.toy', 'b.toy'])).code).toBe(3)
  put(cwd, 'filled', Buffer.concat([whole.subarray(0, 65_536), Buffer.alloc(120_000 - 65_536)]))
  expect((await run(cwd, ['verify', '--against', 'filled', 'b.toy'])).code).toBe(0)
})

test('what is no container is refused, and what is not there', async () => {
  const cwd = tempDir()
  put(cwd, 'a', data)
  for (const verb of ['info', 'verify']) {
    expect((await run(cwd, [verb, 'a'])).code).toBe(3)
    expect((await run(cwd, [verb, 'missing'])).code).toBe(1)
  }
})
