import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NDArray } from '../../dist/index.js'
import { blpk, npy, put, ramp, tempDir } from './run.js'

const data = ramp(24_000)
/** Of 20 × 30 × 10 floats, in either order. */
const cOrder = npy('<f4', [20, 30, 10], data)
const fortran = (bytes: Uint8Array): Buffer => npy('<f4', [20, 30, 10], bytes, true)

async function against(cwd: string, original: string, ...rest: string[]) {
  const { code, out, err } = await blpk(['verify', ...rest, '--against', original], { cwd })
  return { code, text: `${out}${err}` }
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

test('a frame is compared with the bytes that it was made of', async () => {
  const cwd = tempDir()
  put(cwd, 'a', data)
  await blpk(['c', '-t', '4', '-z', '4K', 'a', 'a.b2frame'], { cwd })
  expect(await against(cwd, 'a', 'a.b2frame')).toEqual({
    code: 0,
    text: 'a.b2frame: ok (6 chunks, xxh64, decompressed)\n',
  })
  put(cwd, 'b', changed(data, 2 * 4096))
  expect(await against(cwd, 'b', 'a.b2frame')).toEqual({
    code: 3,
    text: "a.b2frame: damage: chunk 2: the data differ from 'b'\n",
  })
  put(cwd, 'short', data.subarray(0, -1))
  expect((await against(cwd, 'short', 'a.b2frame')).text).toContain("chunk 5: the data differ from 'short'")
  put(cwd, 'long', Buffer.concat([data, Buffer.of(0)]))
  expect((await against(cwd, 'long', 'a.b2frame')).text).toContain("'long' has more data than the archive")
  const piped = await blpk(['verify', '--json', '--against', '-', 'a.b2frame'], {
    cwd,
    input: changed(data, 9),
  })
  expect(piped.code).toBe(3)
  expect(JSON.parse(piped.out.toString())).toMatchObject([{ ok: false, findings: [{ chunk: 0 }] }])
})

test.each(['C', 'F'])('an array is compared with a .npy in %s order', async (order) => {
  const cwd = tempDir()
  const file = (bytes: Uint8Array): Uint8Array =>
    order === 'C' ? npy('<f4', [20, 30, 10], bytes) : fortran(bytes)
  put(cwd, 'a.npy', file(data))
  await blpk(['c', 'a.npy', 'a.b2nd', '--chunks', '7,11,6', '--blocks', '3,4,5'], { cwd })
  expect(await against(cwd, 'a.npy', 'a.b2nd')).toMatchObject({ code: 0 })
  // The item [8, 23, 7], which lies in the chunk [1, 2, 1] of 3 × 3 × 2.
  const item = order === 'C' ? (8 * 30 + 23) * 10 + 7 : 8 + 20 * (23 + 30 * 7)
  put(cwd, 'b.npy', file(changed(data, 4 * item)))
  expect(await against(cwd, 'b.npy', 'a.b2nd')).toEqual({
    code: 3,
    text: "a.b2nd: damage: chunk 11: the data differ from 'b.npy'\n",
  })
  put(cwd, 'i.npy', npy('<i4', [20, 30, 10], data))
  expect((await against(cwd, 'i.npy', 'a.b2nd')).text).toContain('dtype, shape or order of the array are not')
  put(cwd, 'plain', data)
  expect((await against(cwd, 'plain', 'a.b2nd')).text).toContain('the archive holds an array')
  const raw = await against(cwd, 'plain', '--raw', 'a.b2nd')
  expect(raw.code).toBe(order === 'C' ? 0 : 3)
})

test('a .npy inside a frame, arrays without items or dimensions, and plain bytes as an array', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', fortran(data))
  put(cwd, 'c.npy', cOrder)
  put(cwd, 'one.npy', npy('<f8', [], ramp(8)))
  put(cwd, 'none.npy', npy('<f8', [3, 0], new Uint8Array()))
  put(cwd, 'bytes', data)
  for (const [from, to] of [
    ['a.npy', 'a.b2frame'],
    ['one.npy', 'one.b2nd'],
    ['none.npy', 'none.b2nd'],
    ['bytes', 'bytes.b2nd'],
  ]) {
    expect((await blpk(['c', from ?? '', to ?? ''], { cwd })).code).toBe(0)
    expect(await against(cwd, from ?? '', to ?? '')).toMatchObject({ code: 0 })
  }
  expect((await against(cwd, 'c.npy', 'a.b2frame')).text).toContain('dtype, shape or order of the array')
  await blpk(['c', '--raw', 'a.npy', 'raw.b2frame'], { cwd })
  expect(await against(cwd, 'a.npy', 'raw.b2frame')).toMatchObject({ code: 0 })
})

test('of a damaged frame the damage is said, and of a sparse one the content compared', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', cOrder)
  const array = await NDArray.fromNpy(cOrder)
  await array.save(join(cwd, 'sparse'), { sparse: true })
  expect(await against(cwd, 'a.npy', 'sparse')).toMatchObject({ code: 0 })
  const frame = await array.toCframe()
  put(cwd, 'broken', changed(frame, frame.length >> 1))
  const { code, text } = await against(cwd, 'a.npy', 'broken')
  expect(code).toBe(3)
  expect(text).not.toContain('differ')
})

test('behind a broken chunk of an archive the others are compared in their places', async () => {
  const cwd = tempDir()
  put(cwd, 'a', data)
  await blpk(['c', '-z', '4K', '-l', '0', 'a', 'a.blp'], { cwd })
  const [{ chunks }] = JSON.parse(
    (await blpk(['info', '--json', '--chunks', 'a.blp'], { cwd })).out.toString(),
  )
  put(cwd, 'a.blp', changed(readFileSync(join(cwd, 'a.blp')), chunks[1].offset + 100))
  const { text } = await against(cwd, 'a', 'a.blp')
  expect(text).toContain('chunk 1 at byte')
  expect(text).not.toContain('differ')
})
