// Changes by writing all of it again, which containers get that make none themselves: here with containers that keep
// metadata, ids of appends and arrays.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ALL_PARTS } from '../../dist/bytes/mutable-parts.js'
import { openSnapshot } from '../../dist/disk/read-archive.js'
import type { AppendRequest, AppendResult } from '../../dist/format/change.js'
import { containerOf, findMutable, formatByName, loadContainer } from '../../dist/format/registry.js'
import { plainSource } from '../../dist/index.js'
import { changePlace } from '../../dist/places/change.js'
import { changeByRewriting } from '../../dist/verbs/change-by-rewriting.js'
import { openPlace } from '../../dist/verbs/open.js'
import { verify } from '../../dist/verbs/verify.js'
import { blpk, npy, put, ramp, tempDir } from '../cli/run.js'

const data = ramp(40_000)
const NAMES = ['a.blp', 'a.b2frame', 'a.b2nd']

async function changeOf(path: string) {
  const format = formatByName(path)
  if (format === undefined) throw new Error(path)
  return changeByRewriting(await loadContainer(containerOf(format)))
}

async function metadataOf(path: string) {
  const at = await openPlace(path)
  try {
    return await (await changeOf(path)).readMetadata(at, {})
  } finally {
    await at.source.close()
  }
}

async function append(path: string, from: string, o: AppendRequest = {}): Promise<AppendResult> {
  const change = await changeOf(path)
  const source = await plainSource(from, { raw: o.raw === true })
  try {
    return await changePlace(path, findMutable, {}, (at) => change.append({ source: at }, source, o))
  } finally {
    await source.close()
  }
}

async function made(name: string, input: Uint8Array): Promise<{ path: string; cwd: string }> {
  const cwd = tempDir()
  put(cwd, 'in', input)
  expect(await blpk(['c', '-t', '4', 'in', name], { cwd })).toMatchObject({ code: 0 })
  return { path: join(cwd, name), cwd }
}

const rows = (n: number, width = 5) => npy('<f4', [n, width], data.subarray(0, 4 * n * width))

test.each(NAMES)('%s: rows come behind an array, and nothing else does', async (name) => {
  const { path, cwd } = await made(name, rows(50))
  put(cwd, 'b', rows(10))
  put(cwd, 'wide', rows(10, 6))
  put(cwd, 'plain', data.subarray(0, 40))
  expect(await append(path, join(cwd, 'b'))).toMatchObject({ nbytes: 200, totalBytes: 1200, skipped: false })
  expect(await append(path, join(cwd, 'plain'), { raw: true })).toMatchObject({ totalBytes: 1240 })
  const whole = [rows(50), rows(10), Buffer.from(data.subarray(0, 40))].map((part, i) =>
    i === 2 ? part : part.subarray(-(i === 0 ? 1000 : 200)),
  )
  const against = npy('<f4', [62, 5], Buffer.concat(whole))
  expect(await verify(path, { against })).toMatchObject({ ok: true, findings: [] })
  const before = readFileSync(path)
  await expect(append(path, join(cwd, 'wide'))).rejects.toMatchObject({ code: 'USAGE' })
  await expect(append(path, join(cwd, 'plain'))).rejects.toMatchObject({ code: 'USAGE' })
  expect(readFileSync(path).equals(before)).toBe(true)
})

test.each(NAMES)('%s: metadata are set, read and removed beside the array', async (name) => {
  const { path } = await made(name, rows(50))
  const change = await changeOf(path)
  const set = (member: string, value: string | Uint8Array | undefined) =>
    changePlace(path, findMutable, {}, (source) =>
      change.setMetadata({ source }, { name: member, value }, {}),
    )
  await set('who', '{"a": [1]}')
  await set('text', Buffer.from('me'))
  expect((await metadataOf(path)).get('who').json()).toBe('{"a":[1]}')
  expect((await metadataOf(path)).get('text').json()).toBe('"me"')
  await set('who', undefined)
  await expect(set('who', undefined)).rejects.toMatchObject({ code: 'USAGE' })
  await expect(set('shape', '[1]')).rejects.toMatchObject({ code: 'USAGE' })
  expect(await verify(path, { against: rows(50) })).toMatchObject({ ok: true, findings: [] })
})

test('an append with an id that is there does nothing', async () => {
  const { path, cwd } = await made('a.blp', data)
  const more = join(cwd, 'in')
  expect(await append(path, more, { appendId: 'x' })).toMatchObject({ skipped: false, totalBytes: 80_000 })
  expect(await append(path, more, { appendId: 'x' })).toMatchObject({ skipped: true, totalBytes: 80_000 })
  expect(await append(path, more, { appendId: 'y' })).toMatchObject({ skipped: false, totalBytes: 120_000 })
  expect((await metadataOf(path)).get('blpk').json()).toContain('["x","y"]')
})

test('what is damaged stays as it is', async () => {
  const { path, cwd } = await made('a.blp', data)
  const bytes = readFileSync(path)
  bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1
  writeFileSync(path, bytes)
  await expect(append(path, join(cwd, 'in'))).rejects.toMatchObject({ code: 'CHECKSUM' })
  expect(readFileSync(path).equals(bytes)).toBe(true)
})

test('a reader copies all of what may change anywhere', async () => {
  const path = join(tempDir(), 'a')
  writeFileSync(path, data)
  const source = await openSnapshot(path, () => ALL_PARTS)
  try {
    writeFileSync(path, Buffer.alloc(data.length), { flag: 'r+' })
    const into = Buffer.alloc(data.length)
    expect([await source.read(0, into), into.equals(data)]).toEqual([data.length, true])
  } finally {
    await source.close()
  }
})
