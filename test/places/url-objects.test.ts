import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import {
  append,
  BytesPlainSource,
  changeArray,
  compress,
  decompress,
  FileSink,
  FileSource,
  loadTensor,
  MemorySource,
  NDArray,
  openSink,
  openSource,
  plainSource,
  repair,
  SChunk,
  salvage,
  saveTensor,
} from '../../dist/index.js'
import { openArchiveFile } from '../../dist/verbs/open.js'
import { filesIn, put, ramp, tempDir } from '../cli/run.js'
import { draft, send, webServer } from '../support/web-server.js'

test('URL objects of files stand wherever a path does', async () => {
  const directory = tempDir()
  put(directory, 'a b.bin', ramp(4000))
  const at = (name: string): URL => pathToFileURL(join(directory, name))
  await compress(at('a b.bin'), at('x.blp'))
  const more = () => new BytesPlainSource(new MemorySource(ramp(40)))
  await append(at('x.blp'), more())
  await append(at('x.blp'), more())
  await decompress(at('x.blp'), at('y.bin'))
  expect((await openSource(at('y.bin'))).size).toBe(4080)
  expect(new FileSource(at('y.bin')).size).toBe(4080)
  expect((await plainSource(at('y.bin'))).size).toBe(4080)
  expect((await openArchive(at('x.blp'))).nbytes).toBe(4080)
  const opened = await openArchiveFile(at('x.blp'))
  expect((await openArchive(opened)).nbytes).toBe(4080)
  await opened.close()
  await repair(at('x.blp'), at('z.blp'))
  await salvage(at('x.blp'), at('z.bin'))
  for (const sink of [await openSink(at('s.bin')), new FileSink(at('t.bin'))]) {
    await sink.write(new Uint8Array(9))
    await sink.commit()
  }
  const array = await NDArray.fromTypedArray(new Float64Array(8), { shape: [4, 2] })
  await array.save(at('g.b2nd'))
  await array.saveNpy(at('g.npy'))
  await append(at('g.b2nd'), await plainSource(at('g.npy')))
  await changeArray(at('g.b2nd'), (changed) => changed.set([0], new Float64Array(2)))
  expect((await NDArray.open(at('g.b2nd'))).shape).toEqual([8, 2])
  expect((await SChunk.open(at('g.b2nd'))).nbytes).toBe(128)
  await saveTensor(new Float64Array(8), at('t.b2frame'))
  expect((await loadTensor(at('t.b2frame'))).shape).toEqual([8])
  expect(filesIn(directory)).toContain('z.bin')
})

test('URL objects of web servers and stores', async () => {
  const bytes = await compress(ramp(4000))
  const asked: string[] = []
  const url = await webServer((req, res) => {
    asked.push(req.url ?? '')
    send(res, draft(req, bytes, { etag: '"a"' }))
  })
  expect((await openArchive(new URL(`${url}/a%20b.blp?x=1`))).nbytes).toBe(4000)
  process.env.AWS_ACCESS_KEY_ID ??= 'blpk-test-access'
  process.env.AWS_SECRET_ACCESS_KEY ??= 'blpk-test-secret-7f3a'
  const archive = await openArchive(new URL('s3://bucket/a%20b.blp'), { s3Endpoint: url })
  expect(archive.nbytes).toBe(4000)
  expect(asked[0]).toBe('/a%20b.blp?x=1')
  expect(asked[1]).toContain('/bucket/a%20b.blp')
})

test('other URLs, and what is neither, are refused', async () => {
  await expect(openSource(new URL('ftp://x/y'))).rejects.toMatchObject({ code: 'USAGE' })
  await expect(openSink(7 as unknown as string)).rejects.toMatchObject({ code: 'USAGE' })
})
