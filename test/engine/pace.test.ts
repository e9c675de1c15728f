// The first chunks tell whether a run gets threads. Clocks are set by the test: nothing here takes its time.
import { afterEach, expect, test, vi } from 'vitest'
import { Pace } from '../../dist/engine/pace.js'
import { packChunks } from '../../dist/engine/pack-run.js'
import {
  BloscpackSink,
  BytesPlainSource,
  decompress,
  MemorySink,
  MemorySource,
  pack,
} from '../../dist/index.js'

const MB = 2 ** 20

afterEach(() => vi.restoreAllMocks())

/** Makes each look at the clock `ms` later than the one before. */
function clockWithSteps(ms: number): void {
  let now = process.uptime()
  vi.spyOn(process, 'uptime').mockImplementation(() => {
    now += ms / 1000
    return now
  })
  vi.spyOn(process, 'cpuUsage').mockImplementation((before) =>
    before === undefined ? { user: 0, system: 0 } : { user: 1e9, system: 0 },
  )
}

/**
 * Packs and unpacks 24 MB, about 100 ms at the usual speed of Zstandard.
 * @param threads another number in each test, because idle threads are kept
 * @returns how many workers were started
 */
async function workersFor(stepMs: number, callerWorks: boolean, threads: number): Promise<number> {
  const plain = new Uint8Array(24 * MB).map((_, i) => i >> 12)
  let workers = 0
  const count = (): void => void workers++
  process.on('worker', count)
  clockWithSteps(stepMs)
  const sink = new MemorySink()
  await pack(new BytesPlainSource(new MemorySource(plain)), new BloscpackSink(sink), {
    codec: 'zstd',
    level: 1,
    threads,
    callerWorks,
  })
  vi.restoreAllMocks()
  process.off('worker', count)
  expect(Buffer.compare(await decompress(sink.bytes, { threads: 1 }), plain)).toBe(0)
  return workers
}

test('no worker starts for chunks that take no time', async () => {
  expect(await workersFor(0, true, 2)).toBe(0)
})

test('a worker starts for slow chunks, and takes over in the middle of the run', async () => {
  expect(await workersFor(50, true, 2)).toBe(1)
})

test('a caller that must not be blocked gets workers at once', async () => {
  expect(await workersFor(0, false, 3)).toBeGreaterThan(0)
})

test('pace: the warm-up of the first chunk and one slow chunk do not count', () => {
  const pace = new Pace(20)
  expect(pace.wantsThreads).toBe(false)
  pace.add(28)
  expect(pace.wantsThreads).toBe(false)
  pace.add(40)
  expect(pace.wantsThreads).toBe(false)
  pace.add(2)
  expect(pace.wantsThreads).toBe(false)
  for (let i = 0; i < 2; i++) pace.add(6)
  expect(pace.wantsThreads).toBe(true)
})

test('pace: at the end threads are not worth it any more', () => {
  const pace = new Pace(2)
  pace.add(1000)
  pace.add(1000)
  expect(pace.wantsThreads).toBe(false)
})

test('a run that fails or is stopped while it is tried out ends there', async () => {
  const stop = new AbortController()
  let filled = 0
  const run = packChunks({
    how: { module: { url: 'none', open: () => ({ nothing: () => 1 }) }, name: 'nothing', params: {} },
    nchunks: 100,
    chunkBytes: MB,
    packedBytes: MB,
    speed: 1000,
    threads: 2,
    callerWorks: true,
    signal: stop.signal,
    fill: () => {
      if (++filled === 2) stop.abort()
      return MB
    },
    take: () => undefined,
  })
  await expect(run).rejects.toThrow('aborted')
  expect(filled).toBe(2)
})
