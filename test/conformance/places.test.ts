// One suite for all places: what every one must do, and what those must that can be written, changed or listed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, describe, expect, test } from 'vitest'
import {
  append,
  type ByteSource,
  compress,
  decompress,
  MemorySource,
  openSink,
  openSource,
  registerPlace,
  type Traits,
} from '../../dist/index.js'
import { plainSource } from '../../dist/places/open.js'
import { placeOf, remoteOpener } from '../../dist/places/registry.js'
import { blpk, noise, npy, put, ramp, tempDir } from '../cli/run.js'
import { sized } from '../support/long.js'
import { startS3 } from '../support/s3-server.js'
import { filePlace, httpPlace, memoryPlace, s3Place, type TestPlace, TOYS } from './support/places.js'

const MINUTE = 60_000
const WRITERS = sized(8, 20)
const server = await startS3('the suite of places over S3')
const files = mkdtempSync(join(tmpdir(), 'blpk-places-'))
const web = await httpPlace()
afterAll(() => {
  web.server.close()
  rmSync(files, { recursive: true, force: true })
})

const PLACES: TestPlace[] = [
  filePlace(files),
  web,
  ...(server === undefined ? [] : [s3Place(server)]),
  memoryPlace(),
]

async function readAll(source: ByteSource): Promise<Buffer> {
  const bytes = Buffer.alloc(source.size ?? 0)
  expect(await source.read(0, bytes)).toBe(bytes.length)
  await source.close()
  return bytes
}

async function collected<T>(list: AsyncIterable<T> | undefined): Promise<T[]> {
  const all: T[] = []
  for await (const one of list ?? []) all.push(one)
  return all
}

const code = (wanted: string) => expect.objectContaining({ code: wanted })

describe.each(PLACES)('$what', { timeout: 3 * MINUTE }, ({ base, seed, look, onlyRead, parts }) => {
  const at = (name: string): string => base + name

  test('is read whole, in parts, and past the end', async () => {
    const bytes = noise(300_000)
    await seed(at('read'), bytes)
    const source = await openSource(at('read'))
    expect(source.size).toBe(bytes.length)
    for (const [start, n] of [
      [0, 10],
      [200_000, 70_000],
      [299_990, 10],
    ] as const) {
      const into = Buffer.alloc(n)
      expect(await source.read(start, into)).toBe(n)
      expect(into.equals(bytes.subarray(start, start + n))).toBe(true)
    }
    expect(await source.read(299_990, Buffer.alloc(100))).toBe(10)
    expect(await source.read(300_000, Buffer.alloc(1))).toBe(0)
    expect((await readAll(source)).equals(bytes)).toBe(true)
  })

  test('tells of what is not there', async () => {
    await expect(openSource(at('missing'))).rejects.toEqual(code('NOT_FOUND'))
  })

  test('opens what is empty', async () => {
    await seed(at('empty'), new Uint8Array(0))
    const source = await openSource(at('empty'))
    expect(await source.read(0, Buffer.alloc(1))).toBe(0)
    await source.close()
  })

  test.runIf(onlyRead)('is not written to', async () => {
    await expect(openSink(at('new'))).rejects.toEqual(code('USAGE'))
    expect(() => remoteOpener(at('new'), {})).toThrow('can only be read')
  })

  describe.skipIf(onlyRead)('written to', () => {
    test('shows nothing before the commit, and replaces only what it may', async () => {
      const sink = await openSink(at('new'))
      await sink.write(ramp(5000))
      expect(await look(at('new'))).toBeUndefined()
      await sink.commit()
      expect(ramp(5000).equals((await look(at('new'))) ?? Buffer.of())).toBe(true)
      await expect(openSink(at('new'))).rejects.toEqual(code('EXISTS'))
      const second = await openSink(at('new'), { overwrite: true })
      await second.write(ramp(7))
      expect((await look(at('new')))?.length).toBe(5000)
      await second.commit()
      expect((await look(at('new')))?.length).toBe(7)
    })

    test('does not replace what came while it was written', async () => {
      const sink = await openSink(at('late'))
      await sink.write(ramp(10))
      await seed(at('late'), ramp(3))
      await expect((async () => sink.commit())()).rejects.toEqual(code('EXISTS'))
      expect((await look(at('late')))?.length).toBe(3)
    })

    test('leaves nothing of what is discarded', async () => {
      const sink = await openSink(at('discarded'))
      await sink.write(noise(parts ?? 100_000))
      await sink.discard()
      expect(await look(at('discarded'))).toBeUndefined()
      expect(await collected(placeOf(base)?.unfinished?.(at('discarded'), {}))).toEqual([])
    })

    test('patches its front until the commit', async () => {
      const bytes = noise(parts ?? 100_000)
      const sink = await openSink(at('patched'))
      sink.expect?.({ front: 100, most: undefined })
      await sink.write(bytes)
      await sink.patch(90, ramp(10))
      await sink.commit()
      bytes.set(ramp(10), 90)
      expect(bytes.equals((await look(at('patched'))) ?? Buffer.of())).toBe(true)
    })

    test('appends that come at once all find their turn', async () => {
      await seed(
        at('crowd.blp'),
        await compress(Buffer.from('first;'), { typesize: 1, threads: 1, maxAppChunks: 100 }),
      )
      const tags = Array.from({ length: WRITERS }, (_, i) => `w${i};`)
      await Promise.all(
        tags.map(async (tag) => append(at('crowd.blp'), await plainSource(Buffer.from(tag)), { threads: 1 })),
      )
      const text = Buffer.from(await decompress(await readAll(await openSource(at('crowd.blp'))))).toString()
      expect(text.split(/(?<=;)/).sort()).toEqual(['first;', ...tags].sort())
    })
  })

  describe.skipIf(parts === undefined)('a store', () => {
    const size = parts ?? 0

    test('lists what is under a prefix', async () => {
      await seed(at('list/a'), ramp(3))
      await seed(at('list/b/c'), ramp(5))
      await seed(at('lost'), ramp(7))
      const place = placeOf(base)
      expect(await collected(place?.list?.(at('list/'), {}))).toEqual([
        { name: at('list/a'), size: 3 },
        { name: at('list/b/c'), size: 5 },
      ])
    })

    test('lists unfinished uploads, which can be given up', async () => {
      // Nobody is waited for who is not coming back.
      const sink = await openSink(at('unfinished'), { retries: 1 })
      await sink.write(noise(size))
      const unfinished = () => collected(placeOf(base)?.unfinished?.(at('unfinished'), {}))
      // The upload is begun while more is written.
      await expect.poll(async () => (await unfinished()).length, { timeout: MINUTE }).toBe(1)
      const [upload, ...more] = await unfinished()
      expect([upload?.name, more]).toEqual([at('unfinished'), []])
      expect(Date.now() - (upload?.begun.getTime() ?? 0)).toBeLessThan(5 * MINUTE)
      await upload?.abort()
      expect(await unfinished()).toEqual([])
      await expect((async () => sink.commit())()).rejects.toThrow('cannot write')
      expect(await look(at('unfinished'))).toBeUndefined()
    })

    test('copies within itself', async () => {
      const bytes = noise(size)
      await seed(at('from'), bytes)
      const source = await openSource(at('from'))
      const sink = await openSink(at('copied'))
      sink.expect?.({ front: 0, most: undefined, copies: true })
      await sink.write(ramp(100))
      expect(await sink.copy?.(source, 7, size)).toBe(true)
      await sink.write(ramp(10))
      await sink.commit()
      await source.close()
      const whole = Buffer.concat([ramp(100), bytes.subarray(7), ramp(10)])
      expect(whole.equals((await look(at('copied'))) ?? Buffer.of())).toBe(true)
    })

    test('copies nothing of a version that came later', async () => {
      await seed(at('was'), noise(size))
      const source = await openSource(at('was'))
      await seed(at('was'), noise(size).reverse())
      const sink = await openSink(at('mixed'))
      sink.expect?.({ front: 0, most: undefined, copies: true })
      const copying = async (): Promise<void> => {
        await sink.copy?.(source, 0, size)
        await sink.commit()
      }
      await expect(copying()).rejects.toEqual(code('CHANGED'))
      await sink.discard()
      await source.close()
      expect(await look(at('mixed'))).toBeUndefined()
      expect(await collected(placeOf(base)?.unfinished?.(at('mixed'), {}))).toEqual([])
    })

    test('a source stays with the version that it opened', async () => {
      await seed(at('version'), noise(size + 100_000))
      const source = await openSource(at('version'))
      await seed(at('version'), noise(size + 100_000).reverse())
      await expect((async () => source.read(size + 90_000, Buffer.alloc(10)))()).rejects.toEqual(
        code('CHANGED'),
      )
      await source.close()
    })

    test('of two changes at once, the later one starts over', async () => {
      await seed(at('changed'), ramp(100))
      const open = remoteOpener(at('changed'), {})
      const [first, second] = [await open?.(), await open?.()]
      expect([await first?.isCurrent(), await second?.isCurrent()]).toEqual([true, true])
      const change = async (object: typeof first, text: string): Promise<void> => {
        await object?.replace(
          (async function* () {
            yield Buffer.from(text)
          })(),
          text.length,
        )
      }
      await change(first, 'first')
      expect(await second?.isCurrent()).toBe(false)
      await expect(change(second, 'second')).rejects.toEqual(code('CHANGED'))
      expect(Buffer.from((await look(at('changed'))) ?? []).toString()).toBe('first')
      await first?.close()
      await second?.close()
    })

    test('keeps with an object what tells its writes apart, small or in parts', async () => {
      const ids: string[] = []
      for (const [name, nbytes] of [
        ['kept', 100],
        ['kept-in-parts', size],
      ] as const) {
        const sink = await openSink(at(name))
        await sink.write(noise(nbytes))
        await sink.commit()
        const source = (await openSource(at(name))) as ByteSource & { traits?: Traits }
        ids.push(source.traits?.metadata['blpk-write'] ?? '')
        await source.close()
      }
      expect(ids.every((id) => id.length > 10)).toBe(true)
      expect(new Set(ids).size).toBe(2)
    })

    test('an interrupted write leaves nothing', async () => {
      const controller = new AbortController()
      const sink = await openSink(at('interrupted'), { signal: controller.signal })
      await sink.write(noise(size))
      controller.abort()
      await expect((async () => sink.write(noise(10)))()).rejects.toEqual(code('INTERRUPTED'))
      await sink.discard()
      expect(await look(at('interrupted'))).toBeUndefined()
      expect(await collected(placeOf(base)?.unfinished?.(at('interrupted'), {}))).toEqual([])
    })
  })
})

describe('a place of users', () => {
  const place = {
    schemes: ['mem2'],
    store: () => {
      throw Object.assign(new Error('no key'), { code: 'DENIED' })
    },
  }

  test('is named by URL objects too', async () => {
    const sink = await openSink(new URL('mem://box/a%20b'))
    await sink.write(ramp(3))
    await sink.commit()
    expect((await readAll(await openSource('MEM://box/a b'))).equals(ramp(3))).toBe(true)
  })

  test('may only be read from', async () => {
    const source = (name: string) => new MemorySource(Buffer.from(name.slice('text://'.length)))
    registerPlace({ schemes: ['text'], identity: () => undefined, source })
    expect((await readAll(await openSource('text://hello'))).toString()).toBe('hello')
    await expect(openSink('text://hello')).rejects.toEqual(code('USAGE'))
  })

  test('has a scheme that no other has', () => {
    for (const schemes of [['s3'], ['mem'], ['file'], ['a b'], ['C']])
      expect(() => registerPlace({ ...place, schemes })).toThrow(/scheme|already registered/)
  })
})

test('every command works on a place of users', { timeout: 3 * MINUTE }, async () => {
  const cwd = tempDir()
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  for (const name of ['memory-store', 'memory-plugin']) {
    const { outputText } = ts.transpileModule(readFileSync(join(TOYS, `${name}.ts`), 'utf8'), {
      compilerOptions,
    })
    writeFileSync(join(cwd, `${name}.js`), outputText)
  }
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }')
  const env = { MEMORY_FILE: join(cwd, 'memory') }
  const run = async (command: string, ...args: string[]): Promise<string> => {
    const {
      code: status,
      out,
      err,
    } = await blpk([command, '--plugin', 'memory-plugin.js', ...args], { cwd, env })
    expect([status, err, args]).toEqual([0, '', args])
    return out.toString('latin1')
  }
  const input = put(cwd, 'a.npy', npy('<i4', [25, 1000], ramp(100_000)))
  await run('compress', input, 'mem://box/a.blp')
  await run('append', 'mem://box/a.blp', input)
  await run('convert', 'mem://box/a.blp', 'mem://box/a.b2nd')
  expect(await run('info', 'mem://box/a.blp')).toContain('50, 1000')
  await run('verify', 'mem://box/a.blp', 'mem://box/a.b2nd')
  await run('meta', 'set', 'mem://box/a.b2nd', 'unit', 'm')
  expect(await run('ls', 'mem://box/')).toMatch(/mem:\/\/box\/a\.b2nd[\s\S]*mem:\/\/box\/a\.blp/)
  expect(await run('clean', '--dry-run', 'mem://box/')).toContain('0 unfinished uploads')
  await run('decompress', 'mem://box/a.b2nd', 'b.npy')
  expect(
    readFileSync(join(cwd, 'b.npy'))
      .subarray(128)
      .equals(Buffer.concat([ramp(100_000), ramp(100_000)])),
  ).toBe(true)
  const same = await blpk(
    ['convert', '-f', '--plugin', 'memory-plugin.js', 'mem://box/a.blp', 'MEM://box/a.blp'],
    { cwd, env },
  )
  expect(same.err).toContain('same file')
})
