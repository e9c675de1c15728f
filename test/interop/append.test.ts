import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ChecksumName } from '../../dist/chunk/checksums.js'
import type { CodecName } from '../../dist/codecs/registry.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { verifyArchive } from '../../dist/format/bloscpack/verify.js'
import {
  append as appendSources,
  compress,
  decompress,
  MemorySource,
  plainSource,
  type Shuffle,
} from '../../dist/index.js'
import { DATA_KINDS, makeData } from '../support/data.js'
import { startPeer } from '../support/peer.js'
import { between, pick, type Random, seeded } from '../support/random.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

const directory = scratchDirectory()
const peer = await startPeer('archives that both sides append to in turns')
const codecs = (peer?.codecs ?? []) as CodecName[]

const HISTORIES = 40
const ROUNDS = 6
const ROOM = 500
const SHUFFLES: Shuffle[] = ['none', 'byte', 'bit']
const CHECKSUMS: ChecksumName[] = ['None', 'adler32', 'crc32', 'sha256']

type Side = 'we' | 'Python'

interface Settings {
  codec: CodecName
  level: number
  shuffle: Shuffle
  typesize: number
}

function settings(random: Random, typesize: number): Settings {
  return {
    codec: pick(random, codecs),
    level: between(random, 0, 8),
    shuffle: pick(random, SHUFFLES),
    typesize,
  }
}

function bloscArgs({ codec, level, shuffle, typesize }: Settings) {
  return { cname: codec, clevel: level, shuffle: SHUFFLES.indexOf(shuffle), typesize }
}

/** Less than fits into the last chunk, just what fits, a byte more, or several chunks. */
function addedBytes(random: Random, plain: number, chunkSize: number): number {
  const left = chunkSize - (plain % chunkSize)
  const sizes = [between(random, 1, left), left, left + 1, left + between(random, 1, 3 * chunkSize), 1]
  return pick(random, sizes)
}

interface History {
  archive: string
  random: Random
  typesize: number
  chunkSize: number
  checksum: ChecksumName
  metadata: unknown
  plain: Uint8Array
}

async function begin(h: History, side: Side): Promise<void> {
  const s = settings(h.random, h.typesize)
  const input = join(directory, 'first')
  writeFileSync(input, h.plain)
  if (side === 'Python') {
    await peer?.call('pack', {
      input,
      output: h.archive,
      chunk_size: h.chunkSize,
      blosc_args: bloscArgs(s),
      bloscpack_args: { checksum: h.checksum, max_app_chunks: ROOM },
      metadata: h.metadata,
    })
  } else {
    const { chunkSize, checksum } = h
    const options = { ...s, chunkSize, checksum, maxAppChunks: ROOM, metadata: JSON.stringify(h.metadata) }
    writeFileSync(h.archive, await compress(h.plain, options))
  }
}

async function append(h: History, side: Side): Promise<void> {
  const s = settings(h.random, h.typesize)
  const size = addedBytes(h.random, h.plain.length, h.chunkSize)
  const added = makeData(pick(h.random, DATA_KINDS), size, h.typesize, h.plain.length)
  h.plain = Buffer.concat([h.plain, added])
  if (side === 'Python') {
    const input = join(directory, 'added')
    writeFileSync(input, added)
    await peer?.call('append', { archive: h.archive, input, blosc_args: bloscArgs(s) })
  } else {
    await appendSources(h.archive, await plainSource(new MemorySource(added)), s)
  }
}

async function changeMetadata(h: History, side: Side, round: number): Promise<void> {
  h.metadata = { round, side }
  if (side === 'Python') {
    await peer?.call('rewrite_metadata', { archive: h.archive, metadata: h.metadata })
  } else {
    const nothing = await plainSource(new MemorySource(new Uint8Array(0)))
    await appendSources(h.archive, nothing, { metadata: JSON.stringify(h.metadata) })
  }
}

async function check(h: History): Promise<void> {
  const bytes = readFileSync(h.archive)
  expect(sameBytes(await decompress(bytes), h.plain), 'we read it').toBe(true)
  expect((await openArchive(bytes)).parseMetadata()).toEqual(h.metadata)
  const report = await verifyArchive(new MemorySource(bytes), { deep: true })
  expect(report.findings.filter((finding) => finding.level === 'damage')).toEqual([])
  const theirs = await peer?.call('unpack', { input: h.archive, output: join(directory, 'out') })
  expect(theirs, 'Python reads it').toEqual({ sha256: sha256(h.plain), metadata: h.metadata })
}

describe('appends in turns', () => {
  for (let i = 0; i < (peer === undefined ? 0 : HISTORIES); i++) {
    const random = seeded(1000 + i)
    const sides = Array.from({ length: ROUNDS + 1 }, () => pick(random, ['we', 'Python'] as const))
    test(`${i}: ${sides.join(', ')}`, async () => {
      const typesize = pick(random, [1, 2, 4, 8, 12])
      const chunkSize = typesize * between(random, 100, 3000)
      const history: History = {
        archive: join(directory, `${i}.blp`),
        random,
        typesize,
        chunkSize,
        checksum: pick(random, CHECKSUMS),
        metadata: { history: i, room: 'x'.repeat(40) },
        plain: makeData('counting', chunkSize + between(random, 1, 2 * chunkSize), typesize, i),
      }
      for (const [round, side] of sides.entries()) {
        if (round === 0) await begin(history, side)
        else if (random() < 0.2) await changeMetadata(history, side, round)
        else await append(history, side)
        await check(history)
      }
    })
  }
})

describe('an archive of a single chunk', () => {
  for (const first of peer === undefined ? [] : (['we', 'Python'] as const)) {
    for (const second of ['we', 'Python'] as const) {
      test(`${first}, then ${second}`, async () => {
        const history: History = {
          archive: join(directory, `single-${first}-${second}.blp`),
          random: seeded(7),
          typesize: 4,
          chunkSize: 1 << 20,
          checksum: 'crc32',
          metadata: {},
          plain: makeData('noisy', 4000, 4, 7),
        }
        await begin(history, first)
        for (const side of [second, first, second]) {
          history.chunkSize = 5000
          await append(history, side)
          await check(history)
        }
      })
    }
  }
})
