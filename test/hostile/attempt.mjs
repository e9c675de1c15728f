// What every part of the library answers to a hostile archive. Shared by the corpus and the fuzzer.

import { formatNpyHeader } from '../../dist/array/npy/index.js'
import { Archive } from '../../dist/format/bloscpack/archive.js'
import { RangeReader } from '../../dist/format/bloscpack/range.js'
import { recoverArchive } from '../../dist/format/bloscpack/recover.js'
import { verifyArchive } from '../../dist/format/bloscpack/verify.js'
import { ChunkWalk } from '../../dist/format/bloscpack/walk.js'
import { BlpkError, BytesPlainSink, decompress, MemorySink, MemorySource } from '../../dist/index.js'

/** What was written stays in memory here, so claims of gigabytes of zeros are cut off. */
const MOST_OUTPUT = 64 * 2 ** 20

class CappedSink extends MemorySink {
  #size = 0

  write(bytes) {
    this.#size += bytes.length
    if (this.#size > MOST_OUTPUT) throw new BlpkError('NO_SPACE', 'enough')
    super.write(bytes)
  }
}

/** @returns `ok`, the code of an error, or the stack of one that should never come */
export async function answer(work) {
  try {
    await work()
    return 'ok'
  } catch (error) {
    return error instanceof BlpkError ? error.code : `threw ${error?.stack ?? error}`
  }
}

async function walkAll(bytes) {
  const walk = new ChunkWalk(await Archive.open(new MemorySource(bytes)))
  for (let chunk = await walk.next(); chunk !== undefined; ) chunk = await walk.next()
}

async function readParts(bytes) {
  const archive = await Archive.open(new MemorySource(bytes))
  const total = archive.nbytes ?? 0
  const reader = new RangeReader(archive)
  for (const start of [0, Math.floor(total / 2), total - 5]) {
    const from = Math.max(0, start)
    for await (const piece of reader.pieces({ start: from, stop: Math.min(total, from + 5) })) piece.at(0)
  }
}

async function verified(bytes, deep) {
  const report = await verifyArchive(new MemorySource(bytes), { deep, threads: 1 })
  JSON.stringify(report)
  return report.ok
}

async function recovered(bytes, fill) {
  const recovery = await recoverArchive({ source: new MemorySource(bytes) }, fill ? { fill: 'zeros' } : {})
  const layout = recovery.layout()
  if (layout !== undefined) formatNpyHeader(layout)
  const archive = new CappedSink()
  await recovery.writeSound(archive, {})
  const isClean = await verified(archive.bytes, true)
  if (!isClean) throw new Error('what was repaired is damaged')
  await recovery.writePlain(new BytesPlainSink(new CappedSink()), {})
  return recovery.report.kept
}

/** Does everything with an archive that can be done with it. */
export async function attemptAll(bytes) {
  let kept = 0
  let isOk = false
  const result = {
    open: await answer(() => Archive.open(new MemorySource(bytes))),
    info: await answer(() => walkAll(bytes)),
    read: await answer(() => decompress(bytes, { threads: 1 })),
    range: await answer(() => readParts(bytes)),
    verify: await answer(() => verified(bytes, false)),
    deep: await answer(async () => {
      isOk = await verified(bytes, true)
    }),
    repair: await answer(async () => {
      kept = await recovered(bytes, false)
    }),
    filled: await answer(() => recovered(bytes, true)),
  }
  return { ...result, kept, isOk }
}
