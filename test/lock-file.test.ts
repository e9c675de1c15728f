import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchDirectory } from './support/scratch.js'

interface Entry {
  version: string
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optional?: boolean
  dev?: boolean
}
interface Lock {
  packages: Record<string, Entry>
}

const SCRIPT = join(import.meta.dirname, '..', 'scripts', 'complete-lock.mjs')
const copy = join(scratchDirectory(), 'package-lock.json')

function complete(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' })
  return { status, stderr }
}

const readLock = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Lock

test('the lock file has the packages of every platform, and no addresses', () => {
  expect(complete('--check')).toEqual({ status: 0, stderr: '' })
})

test('packages of other platforms that npm left out are put back as they were', () => {
  const { packages, ...rest } = readLock('package-lock.json')
  const isElsewhere = ([name, { os }]: [string, Entry]) => /darwin|win32|musl/.test(name) && os !== undefined
  const elsewhere = Object.entries(packages).filter(isElsewhere)
  expect(elsewhere.length).toBeGreaterThan(30)
  const left = Object.fromEntries(Object.entries(packages).filter((entry) => !isElsewhere(entry)))
  writeFileSync(copy, JSON.stringify({ ...rest, packages: left }))

  const { status, stderr } = complete('--check', copy)
  expect(status).toBe(1)
  expect(stderr.split('\n').length - 1).toBe(elsewhere.length)
  expect(complete('--offline', copy)).toEqual({ status: 0, stderr: '' })
  const now = readLock(copy).packages
  expect(Object.keys(now)).toEqual(Object.keys(packages))
  for (const [name, { version, os, cpu, optional, dev }] of elsewhere)
    expect(now[name]).toMatchObject({ version, os, cpu, optional, ...(dev && { dev }) })
  expect(now['node_modules/@napi-rs/snappy-linux-x64-musl']?.libc).toEqual(['musl'])
})

test('a lock file with the address of a registry is refused', () => {
  const text = readFileSync('package-lock.json', 'utf8')
  writeFileSync(
    copy,
    text.replace('"integrity"', '"resolved": "https://registry.example/a.tgz", "integrity"'),
  )
  expect(complete('--check', copy)).toMatchObject({ status: 1, stderr: expect.stringContaining('address') })
})
