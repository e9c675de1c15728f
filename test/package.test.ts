import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { scratchDirectory } from './support/scratch.js'

const directory = scratchDirectory()
const installed = join(directory, 'node_modules', 'blpk')

/** What npm would publish, as it lies in the folder of somebody who installed it. */
function install(): void {
  const shell = process.platform === 'win32'
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    shell,
  })
  const [{ files }] = JSON.parse(listing) as [{ files: { path: string }[] }]
  for (const { path } of files) cpSync(path, join(installed, path))
  // Dependencies are found from there upwards.
  symlinkSync(resolve('node_modules'), join(installed, 'node_modules'), 'junction')
}

test('the published files pack, read, and start workers, as a library and on the command line', () => {
  mkdirSync(installed, { recursive: true })
  install()
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  const script = join(directory, 'use.js')
  writeFileSync(
    script,
    `import { NDArray, packFile, unpackFile } from 'blpk'
import { readFileSync, writeFileSync } from 'node:fs'
const plain = new Float64Array(4e6).map((_, i) => i / 7)
writeFileSync('plain.bin', plain)
await packFile('plain.bin', 'plain.blp', { codec: 'zstd', level: 3, typesize: 8, threads: 2 })
await unpackFile('plain.blp', 'again.bin', { threads: 2 })
const array = await NDArray.fromTypedArray(plain, { shape: [2000, 2000], codec: 'zstd' })
await array.save('plain.b2nd')
console.log(readFileSync('again.bin').equals(readFileSync('plain.bin')))`,
  )
  expect(execFileSync(process.execPath, [script], { cwd: directory, encoding: 'utf8' })).toBe('true\n')
  const blpk = (...args: string[]) =>
    execFileSync(process.execPath, [join(installed, 'bin', 'blpk.js'), ...args], {
      cwd: directory,
      encoding: 'utf8',
    })
  blpk('decompress', '-f', 'plain.blp', 'once more.bin')
  expect(
    readFileSync(join(directory, 'once more.bin')).equals(readFileSync(join(directory, 'plain.bin'))),
  ).toBe(true)
  expect(blpk('info', 'plain.b2nd')).toContain('2000')
})
