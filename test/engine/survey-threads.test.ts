import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { FileSink } from '../../dist/disk/new-file.js'
import { planRecovery } from '../../dist/format/bloscpack/damage/recover.js'
import { writeRecovered } from '../../dist/format/bloscpack/damage/repair.js'
import { writeSalvaged } from '../../dist/format/bloscpack/damage/salvage.js'
import { surveyArchive } from '../../dist/format/bloscpack/damage/survey.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { BytesPlainSink, compress, MemorySink, MemorySource } from '../../dist/index.js'
import { FileSource } from '../../dist/sources/file.js'
import { ramp, tempDir } from '../cli/run.js'
import { chunksOf } from '../support/archives.js'
import { ALL, some } from '../support/long.js'

const CHUNK = 512 * 1024
/** As much as threads are started for. */
const PLAIN = ramp(30_000_001)
const OPTIONS = [{}, { checksum: 'None' }, { offsets: false }] as const

interface Case {
  archive: Uint8Array
  positions: number[]
}

/** Packs once for all damages. */
const made = new Map<string, Promise<Case>>()
function packed(options: (typeof OPTIONS)[number]): Promise<Case> {
  const key = JSON.stringify(options)
  const archive = made.get(key) ?? packedAnew(options)
  made.set(key, archive)
  return archive
}

async function packedAnew(options: { checksum?: 'None'; offsets?: boolean }): Promise<Case> {
  const archive = await compress(PLAIN, {
    codec: 'zlib',
    level: 1,
    typesize: 4,
    chunkSize: CHUNK,
    ...options,
  })
  const chunks = await chunksOf(archive)
  return { archive, positions: chunks.map(({ position }) => position) }
}

/** What is done to an archive: a copy that is damaged. */
const DAMAGES: Record<string, (c: Case) => Uint8Array> = {
  nothing: ({ archive }) => archive,
  'one chunk': (c) => flipped(c, [20], 100),
  'every third chunk': (c) => flipped(c, [0, 3, 6, 9, 12, 15, 18, 21, 24, 27], 3000),
  'a size in a chunk header': (c) => flipped(c, [7], 13),
  'a codec in a chunk header': (c) => flipped(c, [7], 2),
  'bytes put in': ({ archive, positions: [, , , at = 0] }) =>
    Buffer.concat([archive.subarray(0, at), Buffer.from('xyz'), archive.subarray(at)]),
  'bytes taken out': ({ archive, positions: [, , , , at = 0] }) =>
    Buffer.concat([archive.subarray(0, at + 50), archive.subarray(at + 5000)]),
  'no header': ({ archive }) => archive.slice().fill(0, 0, 32),
  'no end': ({ archive }) => archive.slice(0, archive.length - 70_000),
  'the last chunk twice': ({ archive, positions }) =>
    Buffer.concat([archive, archive.subarray(positions.at(-1))]),
}

function flipped({ archive, positions }: Case, chunks: readonly number[], offset: number): Uint8Array {
  const copy = archive.slice()
  for (const chunk of chunks) {
    const at = (positions[chunk] ?? 0) + offset
    copy[at] = (copy[at] ?? 0) ^ 0x40
  }
  return copy
}

/** Everything that a survey says, and all bytes that repair and salvage write. */
async function outcome(archive: Uint8Array, threads: number, callerWorks: boolean, path?: string) {
  const source = path === undefined ? new MemorySource(archive) : new FileSource(path)
  try {
    const options = { threads, callerWorks }
    const shallow = await surveyArchive(source, options)
    const recovery = await planRecovery(source, { ...options, fill: 'zeros' })
    const repaired = new MemorySink()
    await writeRecovered(recovery, repaired, options)
    const to = path === undefined ? new MemorySink() : new FileSink(`${path}.out`, { overwrite: true })
    await writeSalvaged(recovery, new BytesPlainSink(to), options)
    const salvaged = to instanceof MemorySink ? to.bytes : readFileSync(`${path}.out`)
    const { survey, report } = recovery
    const said = JSON.parse(JSON.stringify([shallow, survey, report]))
    return { said, repaired: Buffer.from(repaired.bytes), salvaged: Buffer.from(salvaged) }
  } finally {
    await source.close()
  }
}

test.each(some([...Object.keys(DAMAGES).entries()], 5))(
  'threads find and write the same as one (%i): %s',
  async (turn, name) => {
    const path = join(tempDir(), 'a.blp')
    for (const options of OPTIONS.filter((_, i) => ALL || i === turn % OPTIONS.length)) {
      const archive = DAMAGES[name]?.(await packed(options)) ?? new Uint8Array(0)
      writeFileSync(path, archive)
      const alone = await outcome(archive, 1, false)
      for (const found of [await outcome(archive, 3, true, path), await outcome(archive, 2, false)]) {
        expect(isDeepStrictEqual(found.said, alone.said)).toBe(true)
        expect(found.repaired.equals(alone.repaired)).toBe(true)
        expect(found.salvaged.equals(alone.salvaged)).toBe(true)
      }
    }
  },
  120_000,
)

test('what is salvaged in threads is the data, with zeros for what is lost', async () => {
  const path = join(tempDir(), 'a.blp')
  writeFileSync(path, flipped(await packed({}), [20, 21, 40], 100))
  const { salvaged } = await outcome(new Uint8Array(0), 2, true, path)
  const expected = Buffer.from(PLAIN)
  for (const chunk of [20, 21, 40]) expected.fill(0, chunk * CHUNK, (chunk + 1) * CHUNK)
  expect(salvaged.equals(expected)).toBe(true)
})

test('a signal stops a survey in threads', async () => {
  const path = join(tempDir(), 'a.blp')
  writeFileSync(path, (await packed({})).archive)
  const source = new FileSource(path)
  const stop = new AbortController()
  let steps = 0
  const onProgress = (): void => {
    if (++steps === 5) stop.abort()
  }
  const run = surveyArchive(source, { deep: true, threads: 2, signal: stop.signal, onProgress })
  await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(steps).toBeLessThan(30)
  source.close()
  await expect(openArchive(path).then((archive) => archive.close())).resolves.toBeUndefined()
})
