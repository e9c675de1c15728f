// Changes in place of a container that does not say what they alter: killed at every moment, and read meanwhile.

import { expect, test } from 'vitest'
import type { ChangePlan, Replaceable } from '../../dist/bytes/editable.js'
import { rollBackAfter } from '../../dist/bytes/roll-back.js'
import { openSnapshot } from '../../dist/disk/read-archive.js'
import { findMutable } from '../../dist/format/registry.js'
import {
  BytesPlainSource,
  type Container,
  type Disk,
  MemorySource,
  type PlainSource,
  registerContainer,
} from '../../dist/index.js'
import { changePlace } from '../../dist/places/change.js'
import { ARCHIVE, MemDisk } from '../faults/mem-disk.js'
import type { Shape } from '../faults/shapes.js'
import { sweep } from '../faults/sweep.js'
import { makeData } from '../support/data.js'
import { toy } from './toys/plain-container.mjs'

const MAGIC = Buffer.from('TOY2')
const HEAD_BYTES = 16
const PIECE_BYTES = 700

/** Writes all of a source behind what is there. @returns where it ends */
async function writeBehind(place: Replaceable, start: number, source: PlainSource): Promise<number> {
  const piece = new Uint8Array(PIECE_BYTES)
  let at = start
  for (let n = await source.read(piece); n > 0; n = await source.read(piece)) {
    await place.write(at, piece.subarray(0, n))
    at += n
  }
  return at
}

/** @param tail plain bytes that are written again, as those of a last chunk are that is filled up */
async function appendTo(place: Replaceable, source: PlainSource, tail: number): Promise<number> {
  const before = Buffer.alloc(HEAD_BYTES)
  await place.read(0, before)
  const old = Number(before.readBigUInt64LE(8))
  const kept = Math.max(0, old - tail)
  const last = Buffer.alloc(old - kept)
  await place.read(HEAD_BYTES + kept, last)
  const after = Buffer.from(before)
  after.writeBigUInt64LE(BigInt(old + (source.size ?? 0)), 8)
  const start = HEAD_BYTES + kept
  try {
    await place.begin({
      ranges: [
        [0, HEAD_BYTES],
        [start, place.size - start],
      ],
      before,
      after,
      kept: { start: HEAD_BYTES, stop: start },
    })
    await place.write(start, last)
    const end = await writeBehind(place, start + last.length, source)
    if (end < place.size) await place.truncate(end)
    await place.sync()
    await place.write(0, after)
    await place.sync()
    await place.commit()
    return end - HEAD_BYTES
  } catch (error) {
    throw await rollBackAfter(place, error)
  }
}

const growing: Container = {
  ...toy,
  name: 'growing',
  formats: toy.formats.map((format) => ({ ...format, id: 'growing', extension: '.growing' })),
  recognise: (front) => MAGIC.every((byte, i) => front[i] === byte),
  // What the tests do is below: they change more than one way.
  change: () => Promise.reject(new Error('not by a verb')),
}
registerContainer(growing)

function fileOf(plain: Uint8Array, stray = 0): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES)
  MAGIC.copy(head)
  head.writeUInt32LE(4, 4)
  head.writeBigUInt64LE(BigInt(plain.length), 8)
  return Buffer.concat([head, plain, Buffer.alloc(stray, 9)])
}

const sourceOf = (bytes: Uint8Array): PlainSource => new BytesPlainSource(new MemorySource(bytes))

function shape(name: string, archive: Uint8Array, added: number, again = 0): Shape {
  const appended = (path: string, disk: Disk, bytes: Uint8Array, tail: number): Promise<number> =>
    changePlace(path, findMutable, { disk }, (place) => appendTo(place, sourceOf(bytes), tail))
  return {
    name,
    archive,
    peer: 'unpack',
    async open(path, disk) {
      const source = await openSnapshot(path, findMutable, { disk })
      return {
        async content() {
          const head = Buffer.alloc(HEAD_BYTES)
          await source.read(0, head)
          const plain = new Uint8Array(Number(head.readBigUInt64LE(8)))
          expect(await source.read(HEAD_BYTES, plain)).toBe(plain.length)
          return { plain, metadata: undefined }
        },
        close: async () => source.close?.(),
      }
    },
    append: (path, disk, bytes) => appended(path, disk, bytes, 0),
    change: (path, disk) => appended(path, disk, makeData('noisy', added, 4, 2), again),
  }
}

const plain = makeData('noisy', 3000, 4, 1)

test.each([
  shape('the last bytes again, and over stray ones', fileOf(plain, 2000), 1500, 900),
  shape('all bytes again', fileOf(plain), 1500, 3000),
  shape('behind nothing', fileOf(new Uint8Array()), 1500),
])('$name: every kill leaves what was before or what comes after', { timeout: 60_000 }, async (one) => {
  const tally = await sweep(one, 1)
  expect(tally.lost).toEqual([])
  expect([tally.kills > 30, tally.before + tally.after]).toEqual([true, tally.kills])
  expect([tally.before > 0, tally.after > 0]).toEqual([true, true])
})

test.each<[string, Partial<ChangePlan>]>([
  ['too many ranges', { ranges: Array.from({ length: 17 }, (_, i) => [20 + i, 1]) }],
  [
    'ranges that overlap',
    {
      ranges: [
        [0, 20],
        [10, 20],
      ],
    },
  ],
  ['no header', { before: new Uint8Array(), after: new Uint8Array() }],
])('a plan that no journal can hold is refused before anything changes: %s', async (_what, plan) => {
  const mem = new MemDisk([[ARCHIVE, fileOf(plain)]])
  const begun = changePlace(ARCHIVE, findMutable, { disk: mem.disk }, (place) => {
    const before = fileOf(plain).subarray(0, HEAD_BYTES)
    return place.begin({ ranges: [], before, after: before, kept: { start: 2000, stop: 3000 }, ...plan })
  })
  await expect(begun).rejects.toThrow('a journal cannot undo the planned change')
  expect([...mem.files().keys()]).toEqual([ARCHIVE])
})
