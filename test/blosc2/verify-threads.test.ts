import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyFrame } from '../../dist/format/blosc2/damage/verify.js'
import { FileSource, MemorySource, SChunk } from '../../dist/index.js'
import { BLPK } from '../cli/run.js'
import { sized } from '../support/long.js'
import { seeded } from '../support/random.js'
import { scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const random = seeded(7)
/** 24 MiB in 96 chunks that do not compress well: enough for workers to be worth their while. */
const data = new Uint8Array(24 * 2 ** 20)
const options = { typesize: 4, chunkSize: 2 ** 18, codec: 'zstd', level: 1 }
const chunk = Uint8Array.from({ length: options.chunkSize }, () => random() * 64)
for (let at = 0; at < data.length; at += chunk.length) {
  data.set(chunk, at)
  data[at] = at / chunk.length
}
const packed = await SChunk.create(options, data)
const MANY = sized(25_000, 200_000)
const HEAP_MB = sized(14, 40)

/** The same report with workers, without them, and from memory. */
async function reports(path: string, bytes: Uint8Array) {
  const inThreads = new FileSource(path)
  const alone = new FileSource(path)
  const seen: number[] = []
  const all = [
    await verifyFrame(inThreads, { threads: 2, onProgress: ({ plain }) => seen.push(plain) }),
    await verifyFrame(alone, { threads: 1 }),
    await verifyFrame(new MemorySource(bytes)),
  ]
  inThreads.close()
  alone.close()
  return { all, seen }
}

test('workers find what the calling thread finds', async () => {
  const path = join(directory, 'a.b2frame')
  const sound = await packed.toCframe()
  writeFileSync(path, sound)
  const { all, seen } = await reports(path, sound)
  for (const report of all) expect(report).toMatchObject({ ok: true, nchunks: 96, sound: 96, findings: [] })
  expect(seen.at(-1)).toBe(data.length)
  const broken = sound.slice()
  for (const at of [0.2, 0.5, 0.5001, 0.9]) {
    const i = Math.floor(sound.length * at)
    broken[i] = (broken[i] ?? 0) ^ 4
  }
  writeFileSync(path, broken)
  const found = (await reports(path, broken)).all
  expect(found[0]?.findings.length).toBeGreaterThanOrEqual(3)
  expect(found[0]?.sound).toBe(96 - (found[0]?.findings.length ?? 0))
  const plain = found.map((report) => report.findings.map(({ code, chunk, lost }) => ({ code, chunk, lost })))
  expect(plain[1]).toEqual(plain[0])
  expect(plain[2]).toEqual(plain[0])
})

test('workers prove the files of a sparse frame', async () => {
  const path = join(directory, 'sparse')
  await packed.save(path, { sparse: true })
  const [sound] = JSON.parse(
    execFileSync(process.execPath, [BLPK, 'verify', '--json', path], { encoding: 'utf8' }),
  )
  expect(sound).toMatchObject({ ok: true, sound: 96 })
  writeFileSync(join(path, '00000007.chunk'), new Uint8Array(100))
  const source = new FileSource(join(path, 'chunks.b2frame'))
  const report = await verifyFrame(source, { directory: path, threads: 2 })
  source.close()
  expect(report).toMatchObject({ ok: false, nchunks: 96, sound: 95, findings: [{ chunk: 7 }] })
})

test('a frame of many chunks is verified in little memory', async () => {
  const path = join(directory, 'many.b2frame')
  const items = Uint32Array.from({ length: 8 * MANY }, (_, i) => i)
  await (await SChunk.create({ typesize: 4, chunkSize: 32, level: 0 }, items)).save(path)
  const out = execFileSync(process.execPath, [`--max-old-space-size=${HEAP_MB}`, BLPK, 'verify', path], {
    encoding: 'utf8',
  })
  expect(out).toContain(`ok (${MANY} chunks`)
})
