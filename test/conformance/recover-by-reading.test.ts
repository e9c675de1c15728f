// What is saved of a container that does not recover itself: what can be read, and notes of all that is lost.

import { describe, expect, test } from 'vitest'
import type { Container } from '../../dist/format/container.js'
import type { Opened } from '../../dist/format/opened.js'
import type { RecoverOptions, Recovery } from '../../dist/format/recovery.js'
import { BlpkError, BytesPlainSink, MemorySink, MemorySource } from '../../dist/index.js'
import { recoverByReading } from '../../dist/verbs/recover-by-reading.js'
import { toy } from './toys/plain-container.mjs'

const ROW = 64
const ROWS = 3000
const plain = Uint8Array.from({ length: ROW * ROWS }, (_, i) => i * 7)
const metadata = JSON.stringify({ dtype: '<i4', shape: [ROWS, ROW / 4], order: 'C', container: 'numpy' })

/** A toy that can read only its first bytes. */
function broken(readable: number, more: Partial<Opened> = {}, size = plain.length): Container {
  return {
    ...(toy as Container),
    open: async (place) => ({
      name: place.source.name,
      container: toy as Container,
      format: (toy as Container).formats[0] as Opened['format'],
      nbytes: size,
      typesize: 4,
      async *pieces(start, stop = size) {
        yield plain.subarray(start, Math.min(stop, readable))
        if (stop > readable) throw new BlpkError('DAMAGED', 'it cannot be read')
      },
      close: () => undefined,
      ...more,
    }),
  }
}

function recover(container: Container, o: RecoverOptions = {}): Promise<Recovery> {
  return recoverByReading(container, { source: new MemorySource(plain) }, o)
}

async function salvaged(recovery: Recovery): Promise<Uint8Array> {
  const sink = new MemorySink()
  await recovery.writePlain(new BytesPlainSink(sink), {})
  return sink.bytes
}

const messages = ({ report }: Recovery): string[] => report.findings.map(({ message }) => message)
/** The first of the stretches of 64 KiB is whole, and so are 1024 rows. */
const READABLE = 100_000

test('a container that does not say how large it is, is not taken for an empty one', async () => {
  await expect(recover(broken(READABLE, { nbytes: undefined }))).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('does not say how many bytes it holds'),
  })
})

test('an empty one is empty', async () => {
  const recovery = await recover(broken(0, {}, 0))
  expect(recovery.report).toMatchObject({ ok: true, findings: [], nbytes: 0 })
})

test('stretches that are lost for the same reason are one finding', async () => {
  const { report } = await recover(broken(READABLE, { metadata }))
  expect(report).toMatchObject({ ok: false, kept: 1, lost: 2, filled: 0, nbytes: 65_536 })
  const lost = { start: 65_536, stop: plain.length }
  expect(report.findings[0]).toMatchObject({
    message: 'it cannot be read',
    lost: { ...lost, items: { start: 16_384, stop: plain.length / 4 }, rows: { start: 1024, stop: ROWS } },
  })
  expect(report.findings).toHaveLength(2)
})

describe('an array', () => {
  test('keeps the rows that can be read, and that is noted', async () => {
    const recovery = await recover(broken(READABLE, { metadata }))
    expect(messages(recovery)).toContain(`the array has 1024 of its ${ROWS} rows left`)
    expect(recovery.layout()).toMatchObject({ shape: [1024, ROW / 4] })
    expect(Buffer.compare(await salvaged(recovery), plain.subarray(0, 65_536))).toBe(0)
  })

  test('that no rows are left of becomes plain bytes, and that is noted', async () => {
    const odd = JSON.stringify({ ...JSON.parse(metadata), shape: [ROWS / 3, (3 * ROW) / 4] })
    const recovery = await recover(broken(READABLE, { metadata: odd }))
    expect(messages(recovery)).toContainEqual(expect.stringContaining('the array became plain bytes'))
    expect(recovery.layout()).toBe(undefined)
  })

  test('that is filled keeps its shape', async () => {
    const recovery = await recover(broken(READABLE, { metadata }), { fill: 'zeros' })
    expect(recovery.layout()).toMatchObject({ shape: [ROWS, ROW / 4] })
    expect(messages(recovery)).toEqual(['it cannot be read'])
    expect(recovery.report).toMatchObject({ ok: false, lost: 2, filled: 2, nbytes: plain.length })
    const bytes = await salvaged(recovery)
    expect(bytes.subarray(65_536).every((byte) => byte === 0)).toBe(true)
  })

  test('that metadata cannot describe any more is lost, and that is a finding', async () => {
    const array = (): never => {
      throw new BlpkError('DAMAGED', 'the shape is none')
    }
    const recovery = await recover(broken(plain.length, { array }))
    expect(recovery.report.ok).toBe(false)
    expect(messages(recovery)).toEqual(['the shape is none: the metadata is lost'])
    expect(Buffer.compare(await salvaged(recovery), plain)).toBe(0)
  })
})

test('more zeros than a file of its size can hold are left out, and that is noted', async () => {
  const recovery = await recover(broken(READABLE, {}, 2 ** 32), { fill: 'zeros' })
  expect(recovery.report).toMatchObject({ filled: 0, nbytes: 65_536 })
  expect(messages(recovery).at(-1)).toContain('lost bytes were left out')
})
