import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { BlpkError, NDArray, SChunk } from '../../dist/index.js'
import { blpk, filesIn, type Outcome, tempDir } from '../cli/run.js'
import { type Peer, startPeer } from '../support/peer.js'
import { scratchDirectory } from '../support/scratch.js'

const peer = await startPeer('lazy expressions, proxies and other objects of python-blosc2')
const directory = scratchDirectory()
const at = (name: string): string => join(directory, name)

/** What marks a metalayer's name, put out of order: a reader then finds none of the name. */
function without(frame: Buffer, name: string): Buffer {
  const copy = Buffer.from(frame)
  for (let i = copy.indexOf(name); i >= 0; i = copy.indexOf(name, i)) copy[i] = 0x7a
  return copy
}

async function inTurn(lines: readonly string[][], cwd: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const line of lines) outcomes.push(await blpk(line, { cwd }))
  return outcomes
}

describe.skipIf(peer === undefined)('objects of python-blosc2', () => {
  const python = peer as Peer
  let names: Record<'elsewhere' | 'whole' | 'other' | 'stores', string[]>
  beforeAll(async () => {
    names = await python.call('b2_objects', { directory })
  })

  test('no verb makes zeros of values that are elsewhere', async () => {
    const out = tempDir()
    const plain = at('src.b2nd')
    const most = ['lazyexpr.b2nd', 'proxyhalf.b2frame', 'proxysparse.b2nd']
    for (const name of names.elsewhere) {
      const verbs = [
        ['d', '-e', name, `${out}/a`],
        ['verify', name],
      ]
      if (most.includes(name))
        verbs.push(
          ['d', '-e', '--raw', name, `${out}/b`],
          ['d', '-e', '--salvage', name, `${out}/c`],
          ['convert', name, `${out}/d.blp`],
          ['convert', name, `${out}/e.b2frame`],
          ['convert', name, `${out}/f.b2nd`],
          ['repair', name, `${out}/g.b2nd`],
          ['verify', '--against', plain, name],
        )
      if (most.includes(name) && !name.includes('sparse'))
        verbs.push(['append', '-e', '--raw', name, plain], ['concat', `${out}/h.blp`, name])
      const outcomes = await inTurn(verbs, directory)
      for (const [i, { code, out: said, err }] of outcomes.entries()) {
        expect([name, verbs[i], code]).toEqual([name, verbs[i], 4])
        expect(`${said}${err}`).toMatch(/LazyExpr|LazyUDF|C2Array|Proxy/)
      }
      const info = await blpk(['info', '--json', name], { cwd: directory })
      const [{ kind, object }] = JSON.parse(`${info.out}`) as [{ kind: string; object: string }]
      expect(info.code).toBe(0)
      expect(name).toContain(kind.replace('expr', ''))
      expect(object).toMatch(/holds no values of its own|not all of its values were fetched/)
    }
    expect(filesIn(out)).toEqual([])
  }, 180_000)

  test('parts are refused, from a pipe too, and metalayers can be read and set', async () => {
    const parts = [
      ['d', '--slice', '0:2', 'lazyexpr.b2nd', 'x.npy'],
      ['d', '--items', '0:2', 'proxyhalf.b2frame', 'x.bin'],
    ]
    for (const part of parts) expect((await blpk(part, { cwd: directory })).code).toBe(4)
    const piped = await blpk(['d', '-', '-'], { input: readFileSync(at('proxyhalf.b2nd')) })
    expect([piped.code, piped.out.length]).toEqual([4, 0])
    const copy = join(tempDir(), 'lazy.b2nd')
    writeFileSync(copy, readFileSync(at('lazyexpr.b2nd')))
    expect((await blpk(['meta', 'set', copy, 'note', '1'])).code).toBe(0)
    expect(`${(await blpk(['meta', 'get', copy, 'b2o'])).out}`).toContain('expression')
  })

  test('the library refuses items, and gives chunks and metalayers', async () => {
    for (const name of names.elsewhere) {
      const schunk = await SChunk.open(at(name))
      expect(name).toContain(schunk.kind?.replace('expr', ''))
      const wants: (() => Promise<unknown>)[] = [
        () => schunk.slice(),
        () => schunk.bytes(0, 1),
        () => schunk.decompressChunk(0),
        () => schunk.chunk(0),
        () => schunk.append(new Uint8Array(8)),
        () => schunk.set(0, new Uint8Array(schunk.chunkSize)),
        () => schunk.deleteChunk(0),
      ]
      if (name.endsWith('.b2nd')) {
        const array = NDArray.of(schunk)
        wants.push(
          () => array.slice([0]),
          () => array.toNpy(),
          () => array.resize([3]),
          () => array.set([], new Uint8Array(8)),
        )
      }
      for (const want of wants) {
        const error = await want().catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(BlpkError)
        expect((error as BlpkError).code).toBe('UNSUPPORTED')
      }
      const again = await SChunk.open(await schunk.toCframe())
      expect(again.kind).toBe(schunk.kind)
      await schunk.close()
    }
  })

  test('repair and salvage of a damaged one make no zeros either', async () => {
    for (const name of ['lazyexpr.b2nd', 'lazyudf.b2nd', 'proxyhalf.b2nd', 'proxynone.b2nd']) {
      const frame = readFileSync(at(name))
      const hidden = without(without(without(frame, 'proxy-source'), 'LazyArray'), 'b2o')
      hidden.fill(0xc1, 0, 90)
      const out = tempDir()
      writeFileSync(join(out, 'x.b2nd'), hidden)
      for (const verb of [
        ['repair', 'x.b2nd', 'y.b2nd'],
        ['d', '--salvage', 'x.b2nd', 'y'],
      ]) {
        const { code } = await blpk(verb, { cwd: out })
        expect([name, verb[0], code === 3 || code === 4]).toEqual([name, verb[0], true])
      }
      // What was fetched may be there, but nothing beyond it: two chunks of three.
      const left = filesIn(out).includes('y') ? readFileSync(join(out, 'y')) : undefined
      expect([name, left?.subarray(-8).equals(Buffer.alloc(8)) ?? false]).toEqual([name, false])
    }
  }, 180_000)

  test('a proxy that has everything is as good as its source', async () => {
    const out = tempDir()
    for (const name of names.whole) {
      const source = name.includes('zeros') ? 'zeros.b2nd' : name.endsWith('.b2nd') ? 'src.b2nd' : 'src.b2f'
      for (const [one, to] of [
        [name, 'a'],
        [source, 'b'],
      ] as const)
        expect((await blpk(['d', '-e', '-f', at(one), to], { cwd: out })).code).toBe(0)
      expect(readFileSync(join(out, 'a'))).toEqual(readFileSync(join(out, 'b')))
      expect((await blpk(['verify', at(name)])).code).toBe(0)
      const converted = `c${name.slice(name.lastIndexOf('.'))}`
      expect((await blpk(['convert', '-f', at(name), converted], { cwd: out })).code).toBe(0)
      // Python opens the copy without being told to trust it: it is a proxy no more.
      await python.call('b2_describe', { input: join(out, converted) })
      expect((await blpk(['append', '-e', '--raw', at(name), at('src.b2nd')])).code).toBe(4)
    }
    const array = await NDArray.open(at('proxyall.b2nd'))
    expect([...((await array.slice([{ stop: 3 }])).values as Float64Array)]).toEqual([1, 2, 3])
    await array.close()
  }, 180_000)

  test('stores say what they are and what can be done', async () => {
    const out = tempDir()
    for (const name of names.stores) {
      const store = at(name)
      const verbs = [
        ['d', store, 'x'],
        ['d', '-e', store, 'x'],
        ['convert', store, 'x.blp'],
        ['append', '-e', store, at('src.b2f')],
        ['concat', 'x.blp', store],
      ]
      if (!name.endsWith('.b2e'))
        verbs.push(['info', store], ['verify', store], ['repair', store, 'x.blp'], ['meta', 'get', store])
      const outcomes = await inTurn(verbs, out)
      for (const [i, { code, err }] of outcomes.entries())
        expect([verbs[i], code, err]).toEqual([
          verbs[i],
          4,
          expect.stringMatching(/store of python-blosc2.*(unzip|name one of|blosc2\.open)/),
        ])
      if (!name.endsWith('.b2e'))
        await expect(NDArray.open(store)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    }
    expect(`${(await blpk(['info', at('embed.b2e')])).out}`).toContain('store of python-blosc2')
    expect(filesIn(out)).toEqual([])
  }, 180_000)

  test('lists, batches, objects and tables are named, and never broken', async () => {
    const out = tempDir()
    for (const name of names.other) {
      const file = at(name)
      const { code, err } = await blpk(['d', '-e', '-f', file, 'x'], { cwd: out })
      expect([name, code, err]).toEqual([name, 0, expect.stringContaining('note: ')])
      expect(err).toMatch(/ObjectArray|BatchArray|ListArray|CTable/)
      expect((await blpk(['-q', 'd', '-e', '-f', file, 'x'], { cwd: out })).err).toBe('')
      const [info] = JSON.parse(`${(await blpk(['info', '--json', file])).out}`) as [{ kind: string }]
      expect(info.kind).toMatch(/array|ctable/)
      const isMarked = !name.endsWith('id.b2nd')
      if (isMarked) expect((await blpk(['append', '-e', '--raw', file, at('src.b2nd')])).code).toBe(4)
    }
    const copy = join(out, 'copy.b2frame')
    expect((await blpk(['convert', at('objects.b2frame'), copy])).code).toBe(0)
    const [given, copied] = [at('objects.b2frame'), copy].map((input) => python.call('b2_listed', { input }))
    expect(await copied).toEqual(await given)
  }, 180_000)
})
