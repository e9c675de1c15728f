// What every part of the library answers to a hostile frame. Shared by the corpus and the fuzzer.

import { formatNpyHeader } from '../../dist/array/npy/index.js'
import { verifyFrame } from '../../dist/format/blosc2/damage/verify.js'
import { recoverFrame } from '../../dist/format/blosc2/recover.js'
import { BlpkError, BytesPlainSink, MemorySink, MemorySource, NDArray, SChunk } from '../../dist/index.js'
import { answer } from './attempt.mjs'

/** More than this is not read at once, in bytes, and not more chunks. */
const MOST = 16 * 2 ** 20
const MOST_CHUNKS = 2000

class CappedSink extends MemorySink {
  #size = 0

  write(bytes) {
    this.#size += bytes.length
    if (this.#size > MOST) throw new BlpkError('NO_SPACE', 'enough')
    super.write(bytes)
  }
}

async function readAll(input, options) {
  const s = await SChunk.open(input, options)
  try {
    for (let i = 0; i < Math.min(s.nchunks, MOST_CHUNKS); i++) {
      const { length } = await s.chunk(i)
      if (length > MOST || (s.chunkSize > MOST && s.nbytes > MOST)) continue
      await s.decompressChunk(i)
    }
    if (s.nbytes <= MOST) await s.bytes()
  } finally {
    await s.close()
  }
}

async function readParts(input) {
  const s = await SChunk.open(input, { check: 'always' })
  try {
    const items = Math.floor(s.nbytes / s.typesize)
    if (s.typesize > MOST) return
    for (const at of [0, Math.floor(items / 2), items - 2])
      await s.slice(Math.max(0, at), Math.max(0, at) + 2)
  } finally {
    await s.close()
  }
}

async function readArray(input) {
  const a = await NDArray.open(input)
  try {
    const small = a.shape.reduce((size, n) => size * n, a.schunk.typesize) <= MOST
    if (a.schunk.typesize > MOST) return
    await a.slice(a.shape.map((n) => ({ start: 0, stop: Math.min(n, 2) })))
    await a.slice(a.shape.map((n) => ({ start: Math.max(0, n - 2), stop: n })))
    await a.slice(a.shape.map((n) => (n === 0 ? [] : [n - 1, 0])))
    if (small) await a.slice()
  } finally {
    await a.close()
  }
}

async function verified(source, directory) {
  const report = await verifyFrame(source, { directory })
  JSON.stringify(report)
  return report.ok
}

async function recovered(source, directory, fill) {
  const options = fill ? { fill: 'zeros' } : {}
  const recovery = await recoverFrame({ source, directory }, options)
  const sink = new CappedSink()
  await recovery.writeSound(sink, {})
  // Chunks of codecs that are not here are kept as they are.
  const unread = recovery.report.findings.some(({ code }) => code === 'UNSUPPORTED')
  if (!unread && !(await verified(new MemorySource(sink.bytes))))
    throw new Error('what was repaired is damaged')
  const plain = await recoverFrame({ source, directory }, { ...options, readable: true })
  try {
    const layout = plain.layout()
    if (layout !== undefined) formatNpyHeader(layout)
  } catch (error) {
    if (!(error instanceof BlpkError)) throw error
  }
  await plain.writePlain(new BytesPlainSink(new CappedSink()), {})
  return recovery.report.kept
}

/**
 * Does everything with a frame that can be done with it.
 * @param input bytes, or the path of a directory
 * @param source the bytes, or the source of the frame in the directory
 */
export async function attemptFrame(input, source = new MemorySource(input)) {
  const directory = typeof input === 'string' ? input : undefined
  let kept = 0
  let isOk = false
  const result = {
    open: await answer(async () => (await SChunk.open(input)).close()),
    read: await answer(() => readAll(input)),
    unchecked: await answer(() => readAll(input, { check: 'never' })),
    parts: await answer(() => readParts(input)),
    array: await answer(() => readArray(input)),
    verify: await answer(async () => {
      isOk = await verified(source, directory)
    }),
    repair: await answer(async () => {
      kept = await recovered(source, directory, false)
    }),
    filled: await answer(() => recovered(source, directory, true)),
  }
  return { ...result, kept, isOk }
}
