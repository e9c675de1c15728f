import { spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sized } from '../support/long.js'
import { scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const LIBRARY = new URL('../../dist/index.js', import.meta.url).href
const GIB = 2 ** 30
const MIB = 2 ** 20
const LIMIT = 200 * MIB
const SIZE = sized(1, 4) * GIB

/** A file that is all hole. */
function makeSparse(name: string, nbytes: number): string {
  const path = join(directory, name)
  const fd = openSync(path, 'wx')
  ftruncateSync(fd, nbytes)
  closeSync(fd)
  return path
}

/** Runs a program with the library's exports in a process of its own. @returns its largest resident size */
function residentAfter(program: string): number {
  const report = 'process.stdout.write(String(process.resourceUsage().maxRSS * 1024))'
  const script = join(directory, 'program.mjs')
  writeFileSync(script, `import * as blpk from ${JSON.stringify(LIBRARY)}\n${program}\n${report}\n`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return Number(stdout)
}

const quoted = (path: string): string => JSON.stringify(path)

test(`${SIZE / GIB} GiB are packed and unpacked in less than 200 MB`, { timeout: 120_000 }, () => {
  const input = makeSparse('huge', SIZE)
  const archive = join(directory, 'huge.blp')
  const packing = residentAfter(`await blpk.compress(${quoted(input)}, ${quoted(archive)})`)
  expect(packing).toBeLessThan(LIMIT)
  const unpacking = residentAfter(`
    const archive = await blpk.open(${quoted(archive)})
    let nbytes = 0
    const count = { write: (plain) => { nbytes += plain.length }, finish: () => {}, abort: () => {} }
    await blpk.unpack(archive, count)
    if (nbytes !== ${SIZE}) throw new Error(nbytes + ' bytes')
  `)
  expect(unpacking).toBeLessThan(LIMIT)
})
