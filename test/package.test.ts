import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installInto, packed } from './support/installed.js'
import { sized } from './support/long.js'
import { scratchDirectory } from './support/scratch.js'

const directory = scratchDirectory()
const installed = installInto(directory)

/** A folder for a program, which finds the package above itself. */
function placeFor(program: string, type: 'module' | 'commonjs'): string {
  const place = join(directory, program)
  mkdirSync(place)
  writeFileSync(join(place, 'package.json'), JSON.stringify({ type }))
  return place
}

test('the published files pack, read, and start workers, as a library and on the command line', () => {
  const place = placeFor('used', 'module')
  const script = join(place, 'use.js')
  writeFileSync(
    script,
    `import { NDArray, compress, decompress } from 'blpk'
import { readFileSync, writeFileSync } from 'node:fs'
const plain = new Float64Array(${sized(1e6, 4e6)}).map((_, i) => i / 7)
writeFileSync('plain.bin', plain)
await compress('plain.bin', 'plain.blp', { codec: 'zstd', level: 3, typesize: 8, threads: 2 })
await decompress('plain.blp', 'again.bin', { threads: 2 })
const array = await NDArray.fromTypedArray(plain, { shape: [plain.length / 2000, 2000], codec: 'zstd' })
await array.save('plain.b2nd')
console.log(readFileSync('again.bin').equals(readFileSync('plain.bin')))`,
  )
  expect(execFileSync(process.execPath, [script], { cwd: place, encoding: 'utf8' })).toBe('true\n')
  const blpk = (...args: string[]) =>
    execFileSync(process.execPath, [join(installed, 'bin', 'blpk.js'), ...args], {
      cwd: place,
      encoding: 'utf8',
    })
  blpk('decompress', '-f', 'plain.blp', 'once more.bin')
  expect(readFileSync(join(place, 'once more.bin')).equals(readFileSync(join(place, 'plain.bin')))).toBe(true)
  expect(blpk('info', 'plain.b2nd')).toContain('2000')
})

test('CommonJS gets the same library by require', () => {
  const place = placeFor('common', 'commonjs')
  writeFileSync(
    join(place, 'use.js'),
    `const { BlpkError, compress, decompress } = require('blpk')
const { version } = require('blpk/package.json')
compress(new Uint8Array(1000)).then(decompress).then(async (bytes) => {
  const same = (await import('blpk')).BlpkError === BlpkError
  console.log(bytes.length, same, /^\\d+\\./.test(version))
})`,
  )
  const args = ['--disable-warning=ExperimentalWarning', 'use.js']
  expect(execFileSync(process.execPath, args, { cwd: place, encoding: 'utf8' })).toBe('1000 true true\n')
})

test('traces of --debug lead to the sources, and of programs that ask for it', () => {
  const place = placeFor('traces', 'module')
  const { stderr } = spawnSync(
    process.execPath,
    [join(installed, 'bin', 'blpk.js'), '--debug', 'info', 'none'],
    {
      encoding: 'utf8',
    },
  )
  expect(stderr).toMatch(/at async showOne \(.*src[/\\]cli[/\\]commands[/\\]info\.ts:\d+:\d+\)/)
  expect(stderr).not.toContain('bundle')
  writeFileSync(
    join(place, 'use.js'),
    "import { open } from 'blpk'; await open('none').catch((e) => console.log(e.stack))",
  )
  const args = ['--enable-source-maps', 'use.js']
  expect(execFileSync(process.execPath, args, { cwd: place, encoding: 'utf8' })).toMatch(
    /src[/\\]library[/\\]dataset\.ts:\d+/,
  )
  // Lines alone: sources in the maps would take three times as much. Compiled code takes 0.5 MB.
  expect(packed().size).toBeLessThan(2_100_000)
})

test('what is bundled without unused modules still knows places and containers', async () => {
  const { sideEffects } = JSON.parse(readFileSync('package.json', 'utf8')) as { sideEffects: string[] }
  expect(sideEffects).not.toContain('./dist/esm/index.js')
  const place = placeFor('shaken', 'module')
  writeFileSync(
    join(place, 'use.js'),
    `import { compress, info, open } from 'blpk'
const failed = await open('http://127.0.0.1:1/a.blp', { retries: 0 }).catch(({ code }) => code)
const { head } = await info(process.argv[2])
console.log(failed, head.format, typeof compress)`,
  )
  const { rolldown } = await import('rolldown')
  const external = [/^node:/, /^@/, 'fs-native-extensions', 'snappy', 'xxhash-wasm']
  const bundle = await rolldown({
    input: join(place, 'use.js'),
    external,
    platform: 'node',
    logLevel: 'silent',
  })
  await bundle.write({ dir: join(place, 'out'), format: 'esm' })
  await bundle.close()
  const archive = join('test', 'fixtures', 'blp', 'archives', 'append-checksum-None.blp')
  const args = [join(place, 'out', 'use.js'), archive]
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('NETWORK Bloscpack 3 function\n')
})
