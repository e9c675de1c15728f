import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PackOptions as BloscpackOptions } from '../../dist/engine/options.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { unpack } from '../../dist/format/bloscpack/unpack.js'
import { verifyArchive } from '../../dist/format/bloscpack/verify.js'
import {
  BloscpackSink,
  BytesPlainSink,
  compress,
  decompress,
  MemorySink,
  MemorySource,
  pack,
  plainSource,
  StreamSink,
  StreamSource,
} from '../../dist/index.js'
import { anyInput } from '../support/arbitrary.js'
import { sized } from '../support/long.js'
import { sameBytes } from '../support/scratch.js'

type PackOptions = Omit<BloscpackOptions, 'onPlan'>

const RUNS = { numRuns: sized(25, 60) }
const TIMEOUT = 120_000

/** The value as `JSON.parse` gives it, where integers that a number cannot hold are the nearest ones. */
function withNumbers(value: unknown): unknown {
  if (value === undefined) return undefined
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'bigint') return member
    expect(Number.isSafeInteger(Number(member))).toBe(false)
    return Number(member)
  })
  return JSON.parse(text)
}

async function expectSame(archive: Uint8Array, plain: Uint8Array, options: PackOptions): Promise<void> {
  expect(sameBytes(await decompress(archive, { threads: options.threads ?? 1 }), plain)).toBe(true)
  const expected = options.metadata === undefined ? undefined : JSON.parse(options.metadata)
  expect(withNumbers((await openArchive(archive)).parseMetadata())).toEqual(expected)
  const report = await verifyArchive(new MemorySource(archive), { deep: true, threads: 1 })
  expect(report.findings).toEqual([])
}

/** The bytes in pieces, such as a pipe gives: of odd sizes, some of them empty. */
async function* inPieces(bytes: Uint8Array, sizes: number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length
    yield bytes.subarray(at, at + size)
    at += size
  }
}

const pieceSizes = fc
  .array(fc.oneof(fc.nat(40), fc.nat(100_000)), { minLength: 1, maxLength: 8 })
  .filter((sizes) => sizes.some((size) => size > 3000))

/** What a run without seeking writes. */
async function packToStream(from: AsyncIterable<Uint8Array>, options: PackOptions): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  const stream = new Writable({
    write(piece: Buffer, _encoding, done) {
      // The packer may reuse its memory as soon as the write is called back.
      pieces.push(Buffer.from(piece))
      setImmediate(done)
    },
  })
  const source = await plainSource(from, { raw: true })
  await pack(source, new BloscpackSink(new StreamSink(stream)), options)
  return Buffer.concat(pieces)
}

describe('pack, then unpack, is the identity', () => {
  test('in memory', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anyInput(), async ({ plain, options }) => {
        await expectSame(await compress(plain, options), plain, options)
      }),
      RUNS,
    )
  })

  test('from a stream of unknown size into memory', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anyInput(), pieceSizes, async ({ plain, options }, sizes) => {
        const sink = new MemorySink()
        const source = await plainSource(inPieces(plain, sizes), { raw: true })
        await pack(source, new BloscpackSink(sink), options)
        await expectSame(sink.bytes, plain, options)
      }),
      RUNS,
    )
  })

  test('from a pipe into a pipe', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anyInput(), pieceSizes, async ({ plain, options }, sizes) => {
        await expectSame(await packToStream(inPieces(plain, sizes), options), plain, options)
      }),
      RUNS,
    )
  })

  test('of archives that come out of a pipe', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anyInput(), pieceSizes, fc.boolean(), async ({ plain, options }, sizes, known) => {
        const archive = known
          ? await compress(plain, options)
          : await packToStream(inPieces(plain, sizes), options)
        const sink = new MemorySink()
        const source = new StreamSource(inPieces(archive, sizes))
        await unpack(await openArchive(source), new BytesPlainSink(sink), { threads: options.threads ?? 1 })
        expect(sameBytes(sink.bytes, plain)).toBe(true)
      }),
      RUNS,
    )
  })
})
