import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  append,
  BytesPlainSource,
  changeArray,
  changeFrame,
  compress,
  decompress,
  MemorySource,
  NDArray,
  SChunk,
} from '../../dist/index.js'
import { sized } from '../support/long.js'
import { type Key, PlainArray } from '../support/plain-array.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const TIMEOUT = 120_000
const directory = scratchDirectory()
const COLUMNS = 5

/** Waits for a while that differs, so that calls come at any moment of others. */
async function wait(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A call that is made without waiting for those before it. */
const anyCall = fc.record({
  kind: fc.constantFrom('append', 'append', 'set', 'set', 'one', 'resize', 'wrong', 'fails', 'read', 'npy'),
  value: fc.integer({ min: 1, max: 255 }),
  row: fc.nat(30),
  rows: fc.integer({ min: 1, max: 4 }),
  column: fc.nat(COLUMNS - 1),
  turns: fc.constantFrom(0, 0, 0, 1, 3, 20),
})
type Call = typeof anyCall extends fc.Arbitrary<infer T> ? T : never

/** What a call makes of an array; undefined where it must fail. */
function after(plain: PlainArray, { kind, value, row, rows, column }: Call): PlainArray | undefined {
  const [extent = 0] = plain.shape
  const filled = (n: number): Uint8Array => new Uint8Array(n).fill(value)
  const changed = (keys: Key[], values: Uint8Array): PlainArray => {
    const copy = new PlainArray(plain.shape, 1, plain.data.slice())
    copy.set(keys, values)
    return copy
  }
  if (kind === 'append') {
    const grown = plain.resized([extent + rows, COLUMNS])
    grown.set([{ start: extent }, undefined], filled(rows * COLUMNS))
    return grown
  }
  if (kind === 'resize') return plain.resized([row, COLUMNS])
  if (kind === 'set') {
    // The range is cut at the end, and takes as many items as it has, or one for all.
    const count = Math.max(0, Math.min(row + rows, extent) - row)
    if (count === rows) return changed([{ start: row, stop: row + rows }, column], filled(rows))
    return rows === 1 ? plain : undefined
  }
  if (kind === 'one') return row >= extent ? undefined : changed([row, column], filled(1))
  return kind === 'wrong' || kind === 'fails' ? undefined : plain
}

/** Makes the call. @returns the items, of reads */
async function make(
  array: NDArray,
  { kind, value, row, rows, column }: Call,
): Promise<Uint8Array | undefined> {
  const filled = (n: number): Uint8Array => new Uint8Array(n).fill(value)
  if (kind === 'read') return (await array.slice()).data
  if (kind === 'npy') return (await array.toNpy()).subarray(128)
  if (kind === 'append') await array.append(filled(rows * COLUMNS))
  else if (kind === 'resize') await array.resize([row, COLUMNS])
  else if (kind === 'set') await array.set([{ start: row, stop: row + rows }, column], filled(rows))
  else if (kind === 'one') await array.set([row, column], filled(1))
  else if (kind === 'wrong') await array.append(filled(COLUMNS - 1))
  else await array.append({} as Uint8Array)
  return undefined
}

const READS = ['read', 'npy']

/** Makes calls without waiting for their ends, and checks what each gives. */
async function checkCalls(array: NDArray, start: PlainArray, calls: readonly Call[]): Promise<PlainArray> {
  /** The array after each of the changes. */
  const states = [start]
  const pending: Promise<void>[] = []
  let settled = 0
  for (const call of calls) {
    const before = states.at(-1) ?? start
    if (READS.includes(call.kind)) {
      const [first, last] = [call.kind === 'npy' ? states.length - 1 : settled, states.length]
      pending.push(
        make(array, call).then((data) => {
          const isState = states
            .slice(first, last)
            .some((state) => data !== undefined && sameBytes(data, state.data))
          expect(isState, `${call.kind} gives a whole state`).toBe(true)
        }),
      )
    } else {
      const next = after(before, call)
      states.push(next ?? before)
      const change = make(array, call)
      const ended = next === undefined ? expect(change).rejects.toMatchObject({ code: 'USAGE' }) : change
      pending.push(
        Promise.resolve(ended).then(() => {
          settled++
        }),
      )
    }
    await wait(call.turns)
  }
  await Promise.all(pending)
  return states.at(-1) ?? start
}

describe('calls on one array that do not wait for each other', () => {
  const anyCalls = fc.array(anyCall, { minLength: 1, maxLength: 25 })
  const anyCut = fc.record({ rows: fc.nat(12), chunk: fc.integer({ min: 1, max: 6 }), block: fc.nat(5) })

  test('are the same as one after the other, and reads see whole states', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anyCut, anyCalls, async ({ rows, chunk, block }, calls) => {
        const plain = new PlainArray([rows, COLUMNS], 1)
        const parts = { chunks: [chunk, 3], blocks: [Math.min(block + 1, chunk), 2] }
        const array = await NDArray.zeros([rows, COLUMNS], '|u1', parts)
        const last = await checkCalls(array, plain, calls)
        expect(array.shape).toEqual(last.shape)
        expect(sameBytes((await array.slice()).data, last.data)).toBe(true)
        const again = await NDArray.open(await array.toCframe())
        expect(sameBytes((await again.slice()).data, last.data)).toBe(true)
      }),
      { numRuns: sized(50, 200) },
    )
  })

  test('two arrays over one super-chunk are one', { timeout: TIMEOUT }, async () => {
    const one = await NDArray.zeros([2, COLUMNS], '|u1', { chunks: [2, 2] })
    const other = NDArray.of(one.schunk)
    await Promise.all(
      [one, other, one, other].map((array, i) => array.append(new Uint8Array(COLUMNS).fill(i))),
    )
    expect([one.shape, other.shape]).toEqual([
      [6, COLUMNS],
      [6, COLUMNS],
    ])
    expect((await other.slice([{ start: 2 }, 0])).data).toEqual(Uint8Array.of(0, 1, 2, 3))
  })

  test('in a file are one change', { timeout: TIMEOUT }, async () => {
    const path = join(directory, 'calls.b2nd')
    await fc.assert(
      fc.asyncProperty(anyCalls, async (calls) => {
        rmSync(path, { force: true })
        await (await NDArray.zeros([4, COLUMNS], '|u1', { chunks: [3, 3] })).save(path)
        let last = new PlainArray([4, COLUMNS], 1)
        await changeArray(path, async (array) => {
          last = await checkCalls(array, last, calls)
        })
        const array = await NDArray.open(path)
        expect(sameBytes((await array.slice()).data, last.data)).toBe(true)
        await array.close()
      }),
      { numRuns: sized(10, 30) },
    )
  })
})

describe('calls on one super-chunk that do not wait for each other', () => {
  const anyStep = fc.record({
    kind: fc.constantFrom('append', 'set', 'insert', 'update', 'delete', 'reorder', 'add', 'wrong', 'read'),
    at: fc.nat(40),
    size: fc.integer({ min: 1, max: 9 }),
    value: fc.nat(255),
    turns: fc.constantFrom(0, 0, 1, 5),
  })
  type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never

  async function take(s: SChunk, { kind, at, size, value }: Step): Promise<unknown> {
    const data = new Uint8Array(2 * size).fill(value)
    const index = s.nchunks === 0 ? 0 : at % (s.nchunks + 1)
    if (kind === 'append') return s.append(data)
    if (kind === 'add') return s.appendChunk(data)
    if (kind === 'set') return s.set(at, data)
    if (kind === 'insert') return s.insertChunk(at % 4, data)
    if (kind === 'update') return s.updateChunk(at % 4, data)
    if (kind === 'delete') return s.deleteChunk(at % 4)
    if (kind === 'reorder') return s.reorderChunks([2, 0, 1])
    return kind === 'wrong' ? s.append(data.subarray(1)) : index
  }

  test('are the same as one after the other', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 20 }), async (steps) => {
        const create = () => SChunk.create({ typesize: 2, chunkSize: 8 }, new Uint8Array(30).fill(7))
        const [together, inTurn] = [await create(), await create()]
        const states = [await inTurn.bytes()]
        const wanted: PromiseSettledResult<unknown>[] = []
        for (const step of steps) {
          if (step.kind !== 'read') wanted.push(...(await Promise.allSettled([take(inTurn, step)])))
          states.push(await inTurn.bytes())
        }
        const results: Promise<unknown>[] = []
        const reads: Promise<void>[] = []
        for (const step of steps) {
          if (step.kind === 'read')
            reads.push(
              together.bytes().then((bytes) => {
                expect(states.some((state) => sameBytes(state, bytes))).toBe(true)
              }),
            )
          else {
            const result = take(together, step)
            // It is looked at later.
            result.catch(() => {})
            results.push(result)
          }
          await wait(step.turns)
        }
        const got = await Promise.allSettled(results)
        await Promise.all(reads)
        const brief = (all: PromiseSettledResult<unknown>[]) =>
          all.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message))
        expect(brief(got)).toEqual(brief(wanted))
        expect(together.nchunks).toBe(inTurn.nchunks)
        expect(await together.toCframe()).toEqual(await inTurn.toCframe())
      }),
      { numRuns: sized(40, 150) },
    )
  })

  test('saves hold what was called before them', async () => {
    const s = await SChunk.create({}, new Uint8Array(10))
    void s.append(new Uint8Array(5).fill(1))
    const frame = s.toCframe()
    void s.append(new Uint8Array(5).fill(2))
    expect(await (await SChunk.open(await frame)).slice(10)).toEqual(new Uint8Array(5).fill(1))
  })

  test('a change that fails in the middle leaves nothing behind, and the next goes on', async () => {
    const s = await SChunk.create({ chunkSize: 4, threads: 1 }, new Uint8Array(40).fill(1))
    let blocks = 0
    s.prefilter = (input, output) => {
      if (++blocks === 6) throw new Error('of the user')
      output.set(input)
    }
    const [failed, done] = [s.set(0, new Uint8Array(60).fill(2)), s.set(2, Uint8Array.of(3))]
    await expect(failed).rejects.toThrow('of the user')
    await done
    expect(await s.bytes()).toEqual(new Uint8Array(40).fill(1).fill(3, 2, 3))
  })

  test('a read within a change, from a function of the user, does not wait for it', async () => {
    const s = await SChunk.create({ chunkSize: 4, threads: 1 }, new Uint8Array(8).fill(1))
    const reads: Promise<Uint8Array>[] = []
    s.prefilter = (input, output) => {
      reads.push(s.bytes())
      output.set(input)
    }
    await s.set(0, new Uint8Array(8).fill(2))
    for (const bytes of await Promise.all(reads)) expect(bytes).toEqual(new Uint8Array(8).fill(1))
    expect(reads.length).toBeGreaterThan(0)
    // A sink that changes what it is given meanwhile, and waits for it.
    const pieces: Uint8Array[] = []
    const sink = {
      name: 'a sink that changes',
      seekable: false,
      size: 0,
      write: async (piece: Uint8Array) => {
        pieces.push(piece.slice())
        await s.append(Uint8Array.of(9))
      },
      commit: () => {},
      discard: () => {},
    }
    await s.writeTo(sink as unknown as Parameters<SChunk['writeTo']>[0])
    expect(await (await SChunk.open(Buffer.concat(pieces))).bytes()).toEqual(new Uint8Array(8).fill(2))
  })

  test('iteration gives the state at its start, while its body changes it', async () => {
    const s = await SChunk.create({ chunkSize: 4 }, new Uint8Array(12).fill(1))
    let sum = 0
    for await (const chunk of s) {
      sum += chunk.length
      await s.set(0, new Uint8Array(16).fill(2))
      expect(chunk).toEqual(new Uint8Array(4).fill(1))
    }
    expect(sum).toBe(12)
  })
})

describe('calls on one file that do not wait for each other', () => {
  const record = (i: number): Uint8Array => new Uint8Array(100).fill(i)
  const source = (i: number) => new BytesPlainSource(new MemorySource(record(i)))
  const all = Array.from({ length: 12 }, (_, i) => i + 1)
  const tags = (bytes: Uint8Array): number[] =>
    Array.from({ length: bytes.length / 100 }, (_, i) => bytes[i * 100] ?? 0)

  test('appends to an archive', async () => {
    const path = join(directory, 'many.blp')
    writeFileSync(path, await compress(record(0), { chunkSize: 150, typesize: 1 }))
    await Promise.all(all.map((i) => append(path, source(i))))
    const bytes = await decompress(readFileSync(path))
    expect(tags(bytes).sort((a, b) => a - b)).toEqual([0, ...all])
    for (let i = 0; i < bytes.length; i += 100) expect(new Set(bytes.subarray(i, i + 100)).size).toBe(1)
  })

  test('appends, changes of metalayers and chunks, and whole new frames', async () => {
    const path = join(directory, 'many.b2frame')
    await (await SChunk.create({ chunkSize: 100 }, record(0))).save(path)
    await Promise.all([
      ...all.map((i) => append(path, source(i))),
      ...all.map((i) =>
        changeFrame(path, async (s) => {
          s.vlmeta.set(`v${i}`, Uint8Array.of(i))
        }),
      ),
      ...all.map((i) =>
        changeFrame(path, async (s) => {
          // Another size of the header makes a whole new file.
          s.meta.set(`m${i}`, Uint8Array.of(i))
        }),
      ),
    ])
    const s = await SChunk.open(path)
    expect(tags(await s.bytes()).sort((a, b) => a - b)).toEqual([0, ...all])
    expect([s.meta.size, s.vlmeta.size]).toEqual([all.length, all.length])
    await s.close()
  })

  test('changes that were called and not waited for are part of the change of the file', async () => {
    const path = join(directory, 'unwaited.b2frame')
    await (await SChunk.create({ chunkSize: 100 }, record(0))).save(path)
    await changeFrame(path, async (s) => {
      for (const i of all) void s.append(record(i))
    })
    let kept: SChunk | undefined
    await changeFrame(path, async (s) => {
      kept = s
    })
    await expect(kept?.append(record(1))).rejects.toMatchObject({ code: 'CLOSED' })
    const s = await SChunk.open(path)
    expect(tags(await s.bytes())).toEqual([0, ...all])
    await s.close()
  })

  test('reads of a file that is changed meanwhile give whole states', async () => {
    const path = join(directory, 'read.b2nd')
    await (await NDArray.zeros([1, 100], '|u1', { chunks: [3, 100] })).save(path)
    const reads = async (): Promise<void> => {
      for (let i = 0; i < 15; i++) {
        const array = await NDArray.open(path)
        const { shape, data } = await array.slice()
        expect(data.length).toBe((shape[0] ?? 0) * 100)
        const rows = tags(data).slice(1)
        expect(new Set(rows).size).toBe(rows.length)
        expect(rows.includes(0)).toBe(false)
        await array.close()
      }
    }
    await Promise.all([reads(), ...all.map((i) => changeArray(path, (array) => array.append(record(i))))])
    expect(existsSync(`${path}.blpk-journal`)).toBe(false)
    const npy = join(directory, 'read.npy')
    const array = await NDArray.open(path)
    await array.saveNpy(npy)
    await array.close()
    expect(readFileSync(npy).length).toBe(128 + 13 * 100)
  })
})
