import { describe, expect, test } from 'vitest'
import { planFrameRecovery } from '../../dist/format/blosc2/damage/recover.js'
import { writeRecoveredFrame } from '../../dist/format/blosc2/damage/repair.js'
import { verifyFrame } from '../../dist/format/blosc2/damage/verify.js'
import { BlpkError, NDArray, SChunk } from '../../dist/index.js'
import { MemorySink } from '../../dist/sinks/memory.js'
import { MemorySource } from '../../dist/sources/memory.js'
import { frameVerdict, recoverFrame } from '../support/frames.js'
import { sized } from '../support/long.js'

/** A small generator, so that a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) % below
  }
}

const ROUNDS = sized(12, 60)
const VALUE = Uint8Array.of(1, 2, 3, 4)

async function frames(): Promise<Record<string, Uint8Array>> {
  const made: Record<string, Uint8Array> = {}
  for (const checksum of ['xxh64', 'none'] as const) {
    for (const special of ['zeros', 'nans', 'uninit', 'value'] as const) {
      const schunk = await SChunk.create({ typesize: 4, chunkSize: 4000, checksum })
      await schunk.fillSpecial(2500, special, special === 'value' ? VALUE : undefined)
      made[`${special}, ${checksum}`] = await schunk.toCframe()
      await schunk.insertChunk(1, new Uint8Array(400))
      await schunk.appendChunk(Uint8Array.from({ length: 1200 }, (_, i) => i * i))
      made[`${special} of sizes of their own, ${checksum}`] = await schunk.toCframe()
    }
    for (const typesize of [1, 8, 33, 300]) {
      const schunk = await SChunk.create({ typesize, chunkSize: 10 * typesize, checksum })
      await schunk.append(new Uint8Array(25 * typesize))
      await schunk.set(3, new Uint8Array(18 * typesize).fill(7))
      made[`items of ${typesize}, ${checksum}`] = await schunk.toCframe()
    }
    const array = await NDArray.nans([30, 30], '<f8', { chunks: [10, 12], blocks: [4, 5], checksum })
    await array.set([{ start: 5, stop: 15 }], new Uint8Array(2400).fill(3))
    made[`an array, ${checksum}`] = await array.toCframe()
  }
  return made
}

const FRAMES = await frames()
/** Frames that claim more than this many plain bytes are left alone. */
const MOST = 1e6

/** What repair writes; undefined where nothing can be recovered. */
async function repair(frame: Uint8Array): Promise<{ ok: boolean; repaired: Uint8Array } | undefined> {
  try {
    const recovery = await planFrameRecovery(new MemorySource(frame))
    if (recovery.report.nbytes > MOST) return undefined
    const sink = new MemorySink()
    await writeRecoveredFrame(recovery, sink)
    return { ok: recovery.report.ok, repaired: sink.bytes }
  } catch (error) {
    if (error instanceof BlpkError && error.code === 'DAMAGED') return undefined
    throw error
  }
}

/** Every special value and every flag that the last byte of a chunk header can say. */
const LAST = Array.from({ length: 8 }, (_, special) => special << 4)

describe('what repair writes verifies, whatever was damaged', () => {
  for (const [name, frame] of Object.entries(FRAMES)) {
    test(name, { timeout: 120_000 }, async () => {
      const random = numbers(frame.length)
      for (let round = 0; round < ROUNDS; round++) {
        const copy = frame.slice()
        for (let i = 0; i <= round % 2; i++) {
          const at = random(frame.length)
          copy[at] = round % 3 === 0 ? (LAST[random(8)] ?? 0) : random(256)
        }
        const result = await repair(copy)
        if (result === undefined) continue
        const { ok, repaired } = result
        const { findings } = await verifyFrame(new MemorySource(repaired))
        const damage = findings.filter(({ level }) => level === 'damage')
        if (ok) expect(damage, `round ${round}`).toEqual([])
        // A chunk that needs a filter which is not there may be kept, if that is said.
        expect(
          damage.every(({ code }) => code === 'UNSUPPORTED'),
          `round ${round}`,
        ).toBe(true)
        if (damage.length > 0 || findings.some(({ code }) => code === 'UNSUPPORTED')) continue
        await (await SChunk.open(repaired)).bytes()
        const salvaged = await recoverFrame(repaired)
        expect(salvaged?.report, `round ${round}`).toMatchObject({ ok: true, lost: 0 })
      }
    })
  }
})

test('a chunk of NaNs among items that are no floats is lost, and repair says so', async () => {
  const schunk = await SChunk.create({ typesize: 1, chunkSize: 3000, filters: [], checksum: 'none' })
  await schunk.append(Uint8Array.from({ length: 6000 }, (_, i) => ((i % 3000) ** 2) >> 3))
  const frame = await schunk.toCframe()
  const headerBytes = new DataView(frame.buffer, frame.byteOffset).getUint32(11)
  frame[headerBytes + 31] = 0x20
  expect(await frameVerdict(frame)).toBe('damage')
  const recovered = await recoverFrame(frame)
  expect(recovered?.report).toMatchObject({ ok: false, kept: 1, lost: 1 })
  expect(await frameVerdict(recovered?.frame ?? frame)).toBe('silent')
  expect(recovered?.plain.length).toBe(6000)
})
