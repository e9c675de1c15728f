import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { formatHeader, parseHeader } from '../dist/format/bloscpack/header.js'
import { openArchive } from '../dist/format/bloscpack/open-archive.js'
import { verifyArchive } from '../dist/format/bloscpack/verify.js'
import { decompress, MemorySource } from '../dist/index.js'
import { chunkDecisions, chunksOf } from './support/archives.js'
import { encode } from './support/chunks.js'
import { sameBytes, sha256 } from './support/scratch.js'

interface Step {
  argv?: string[]
  rc?: number
  new_meta?: string
}

interface Entry {
  name: string
  path: string
  how: {
    tool: string
    argv?: string[]
    steps?: Step[]
    blosc_args?: { cname?: string; clevel?: number; shuffle?: number | boolean; typesize?: number }
    metadata?: unknown
  }
  original: string
  original_sha256: string
  npy?: string
  bloscpack_metadata?: unknown
  meta_json?: string | null
  note?: string | null
}

const FIXTURES = join(import.meta.dirname, 'fixtures', 'blp')
const CODEC_OF_FORMAT = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd']
const { entries } = JSON.parse(readFileSync(join(FIXTURES, 'manifest.json'), 'utf8')) as { entries: Entry[] }
const directory = mkdtempSync(join(tmpdir(), 'blpk-fixtures-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const fixture = (path: string): Uint8Array => readFileSync(join(FIXTURES, path))

/** What metadata the archive must have; undefined for none. */
function expectedMetadata(e: Entry): unknown {
  const changed = e.how.steps?.findLast((step) => step.new_meta !== undefined && step.rc === 0)?.new_meta
  const text = changed ?? e.meta_json
  // Python knows no difference between metadata that are null and none.
  if (typeof text === 'string') return JSON.parse(text) ?? undefined
  return e.bloscpack_metadata ?? e.how.metadata ?? undefined
}

describe.each(entries)('$name', (e) => {
  const bytes = fixture(e.path)

  test('decodes to its original', async () => {
    const plain = await decompress(bytes)
    expect(sha256(plain)).toBe(e.original_sha256)
    expect(sameBytes(plain, fixture(e.original))).toBe(true)
  })

  test('is found sound', async () => {
    expect((await verifyArchive(new MemorySource(bytes), { deep: true })).ok).toBe(true)
  })

  test('has its metadata', async () => {
    expect((await openArchive(bytes)).parseMetadata()).toEqual(expectedMetadata(e))
  })

  test('has a header that is written as it was read', () => {
    expect(Buffer.from(formatHeader(parseHeader(bytes)))).toEqual(Buffer.from(bytes.subarray(0, 32)))
  })
})

describe('arrays come back as NumPy saves them', () => {
  for (const e of entries) {
    if (e.npy === undefined) continue
    const { npy } = e
    test(e.name, async () => {
      const output = join(directory, `${e.name}.npy`)
      await decompress(join(FIXTURES, e.path), output)
      expect(sameBytes(readFileSync(output), fixture(npy))).toBe(true)
    })
  }
})

/** The level that an archive was made with, where the manifest says so of all of its chunks. */
function levelOf({ how }: Entry): number | undefined {
  if (how.steps !== undefined) return undefined
  if (how.argv === undefined) return how.blosc_args?.clevel ?? 7
  const at = how.argv.findIndex((arg) => arg === '-l' || arg === '--clevel')
  return at < 0 ? 7 : Number(how.argv[at + 1])
}

/** LZ4 and LZ4 HC share a stream format, but not their block sizes. */
function codecOf({ how }: Entry, format: number): string {
  const named = how.blosc_args?.cname ?? how.argv?.find((arg) => arg === 'lz4hc')
  return named === 'lz4hc' ? named : (CODEC_OF_FORMAT[format] ?? '')
}

describe('chunks are cut into blocks as C-Blosc does', () => {
  for (const e of entries) {
    const level = levelOf(e)
    if (level === undefined) continue
    test(e.name, async () => {
      const chunks = await chunksOf(fixture(e.path))
      const plain = fixture(e.original)
      let at = 0
      for (const chunk of chunks) {
        const { nbytes, typesize, shuffle, codecFormat } = chunk.header
        const settings = { codec: codecOf(e, codecFormat), level, shuffle, typesize }
        const ours = await encode(settings, plain.subarray(at, at + nbytes))
        const [encoded] = await chunksOf(asArchive(ours, nbytes))
        expect(encoded && chunkDecisions(encoded)).toBe(chunkDecisions(chunk))
        // Ours may be compressed where C-Blosc gave up and stored it, not the other way round.
        if (!chunk.header.memcpyed) expect(encoded?.header.memcpyed).toBe(false)
        at += nbytes
      }
      expect(at).toBe(plain.length)
    })
  }
})

/** A chunk in the smallest archive around it. */
function asArchive(chunk: Uint8Array, nbytes: number): Uint8Array {
  const header = formatHeader({
    offsets: false,
    metadata: false,
    checksum: 'None',
    typesize: 1,
    chunkSize: nbytes,
    lastChunk: nbytes,
    nchunks: 1,
    maxAppChunks: 0,
  })
  return Buffer.concat([header, chunk])
}
