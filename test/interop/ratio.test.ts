import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CodecName } from '../../dist/codecs/registry.js'
import { compress, type Shuffle } from '../../dist/index.js'
import { chunkDecisions, chunksOf } from '../support/archives.js'
import { realisticData } from '../support/data.js'
import { ALL } from '../support/long.js'
import { startPeer } from '../support/peer.js'
import { scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const peer = await startPeer('compression ratios and block sizes against C-Blosc')
const codecs = (peer?.codecs ?? []) as CodecName[]

const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
const SHUFFLES: Shuffle[] = ['none', 'byte', 'bit']
const CHUNK_SIZE = 2 ** 20
/** One whole chunk and a smaller one. */
const SIZE = CHUNK_SIZE + 2 ** 18
/** How much larger than C-Blosc's our chunks may be, as a part of their size. */
const TOLERANCE = 0.02
/** Where next to nothing is left, so many bytes more do not count, as a part of the plain bytes. */
const NEXT_TO_NOTHING = 0.0015
/** Where the libraries do not allow as much. */
const EXCEPTIONS: {
  codec: CodecName
  levels: number[]
  data?: string
  shuffle?: Shuffle
  tolerance: number
}[] = [
  // Of whole numbers that count up, libzstd's highest level finds a better mixture of literals and short matches.
  { codec: 'zstd', levels: [9], data: 'counts', shuffle: 'none', tolerance: 0.03 },
]
const data = realisticData(SIZE)
for (const [name, { bytes }] of Object.entries(data)) writeFileSync(join(directory, name), bytes)
/** A file to which each figure is added, for those who work on the codecs. */
const REPORT = process.env.BLPK_RATIO_REPORT

async function theirs(input: string, codec: CodecName, level: number, shuffle: Shuffle, typesize: number) {
  const output = join(directory, 'theirs.blp')
  await peer?.call('pack', {
    input,
    output,
    chunk_size: CHUNK_SIZE,
    blosc_args: { cname: codec, clevel: level, shuffle: SHUFFLES.indexOf(shuffle), typesize },
  })
  return chunksOf(readFileSync(output))
}

function packedSize(chunks: Awaited<ReturnType<typeof chunksOf>>): number {
  return chunks.reduce((sum, chunk) => sum + chunk.header.cbytes, 0)
}

function toleranceFor(codec: CodecName, level: number, data: string, shuffle: Shuffle): number {
  const matching = EXCEPTIONS.find(
    (e) =>
      e.codec === codec &&
      e.levels.includes(level) &&
      (e.data ?? data) === data &&
      (e.shuffle ?? shuffle) === shuffle,
  )
  return matching?.tolerance ?? TOLERANCE
}

const INPUTS = Object.entries(data).flatMap(([name, { typesize, bytes }]) =>
  (typesize === 1 ? (['none'] as const) : SHUFFLES).map((shuffle) => ({ name, shuffle, typesize, bytes })),
)
const EACH_TIME = 3

/** All inputs, or a few of them: each input meets each codec, and each level, and each codec each level. */
function inputsFor(codec: CodecName, level: number): typeof INPUTS {
  const first = EACH_TIME * (codecs.indexOf(codec) + level)
  return INPUTS.filter((_, i) => ALL || (i + first) % INPUTS.length < EACH_TIME)
}

for (const codec of codecs) {
  describe(codec, () => {
    for (const level of LEVELS) {
      for (const { name, shuffle, typesize, bytes } of inputsFor(codec, level)) {
        test(`level ${level}, ${name}, shuffle ${shuffle}: decided and packed as C-Blosc does`, async () => {
          const input = join(directory, name)
          const options = { codec, level, shuffle, typesize, chunkSize: CHUNK_SIZE }
          const ours = await chunksOf(await compress(bytes, options))
          const reference = await theirs(input, codec, level, shuffle, typesize)
          const extra = packedSize(ours) - packedSize(reference)
          const more = extra <= bytes.length * NEXT_TO_NOTHING ? 0 : extra / packedSize(reference)
          if (REPORT !== undefined) {
            const line = [
              codec,
              level,
              name,
              shuffle,
              packedSize(ours),
              packedSize(reference),
              more.toFixed(4),
            ]
            writeFileSync(REPORT, `${line.join('\t')}\n`, { flag: 'a' })
          }
          expect(ours.map(chunkDecisions)).toEqual(reference.map(chunkDecisions))
          const tolerance = toleranceFor(codec, level, name, shuffle)
          expect(more, 'how much larger ours are').toBeLessThanOrEqual(tolerance)
        })
      }
    }
  })
}
