import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { peersRequired } from './support/peer.js'
import { BUCKET, startS3 } from './support/s3-server.js'
import { scratchDirectory } from './support/scratch.js'

const SDK = '@aws-sdk/client-s3'
const WINDOWS = process.platform === 'win32'
const directory = scratchDirectory()
const plain = join(directory, 'plain.bin')
writeFileSync(plain, Buffer.alloc(300_000, 'abcdefg'))

/** Runs npm in a directory; what is in its cache it does not ask the registry for. */
function npm(cwd: string, args: readonly string[]) {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: process.env.BLPK_NPM_CERTIFICATES }
  return spawnSync('npm', [...args, '--prefer-offline'], { cwd, env, encoding: 'utf8', shell: WINDOWS })
}

const listing = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
  encoding: 'utf8',
  shell: WINDOWS,
})
const tarball = join(directory, (JSON.parse(listing) as [{ filename: string }])[0].filename)
const server = await startS3('the installed package with S3')

function run(program: string, args: readonly string[], cwd: string) {
  // The proxy of the tests stands still while this waits.
  const env = { ...process.env, ...server?.env, AWS_ENDPOINT_URL_S3: server?.address }
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8', shell: WINDOWS })
  return { status, stdout, stderr }
}

/** Packs a file into the store and looks at it there. */
function useS3(program: string, before: readonly string[], cwd: string, key: string): void {
  const name = `s3://${BUCKET}/${key}`
  expect(run(program, [...before, 'c', '-q', plain, name], cwd)).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  })
  const { status, stdout } = run(program, [...before, 'info', name], cwd)
  expect(status).toBe(0)
  expect(stdout).toContain('(300000 bytes)')
}

describe('installed from its tarball', async () => {
  const home = join(directory, 'home')
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n')
  const installed = npm(home, ['install', tarball])
  const isInstalled = installed.status === 0
  const blpk = (...args: string[]) =>
    run(process.execPath, [join('node_modules/blpk/bin/blpk.js'), ...args], home)
  test('it installs quietly, without the SDK of AWS', () => {
    if (!isInstalled && !peersRequired())
      return console.warn('not checked, for want of a registry: the installed package')
    expect(installed).toMatchObject({ status: 0, stderr: '' })
    expect(existsSync(join(home, 'node_modules', '@aws-sdk'))).toBe(false)
  })

  test.skipIf(!isInstalled)('files need no SDK', () => {
    expect(blpk('c', plain, 'a.blp')).toMatchObject({ status: 0 })
    expect(blpk('info', 'a.blp').stdout).toContain('(300000 bytes)')
  })

  test.skipIf(!isInstalled)('S3 without the SDK: an error that says what to install', () => {
    const { status, stderr } = blpk('info', 's3://bucket/a.blp')
    expect(status).toBe(4)
    expect(stderr).toBe(
      "blpk: error: 's3://bucket/a.blp': s3:// names need the package @aws-sdk/client-s3, which is not installed: " +
        "install it with 'npm install @aws-sdk/client-s3' (add -g if blpk is installed globally), " +
        "or run 'npx -p blpk -p @aws-sdk/client-s3 blpk …'\n",
    )
    expect(blpk('c', plain, 's3://bucket/a.blp')).toMatchObject({ status: 4 })
    writeFileSync(
      join(home, 'use.js'),
      `import { BlpkError, open } from 'blpk'
       const error = await open('s3://bucket/a.blp').catch((e) => e)
       console.log(JSON.stringify([error instanceof BlpkError, error.code, error.advice]))`,
    )
    const { stdout } = run(process.execPath, ['use.js'], home)
    expect(JSON.parse(stdout)).toEqual([true, 'UNSUPPORTED', { install: SDK }])
  })

  test.skipIf(!isInstalled)('an SDK that is there but broken is not called missing', () => {
    const broken = mkdtempSync(join(directory, 'broken-'))
    const sdk = join(broken, 'node_modules', SDK)
    mkdirSync(sdk, { recursive: true })
    writeFileSync(join(sdk, 'index.js'), "require('what-the-sdk-needs')\n")
    symlinkSync(join(home, 'node_modules', 'blpk'), join(broken, 'node_modules', 'blpk'), 'junction')
    const args = ['--preserve-symlinks', '--preserve-symlinks-main', 'node_modules/blpk/bin/blpk.js']
    const { stderr } = run(process.execPath, [...args, 'info', 's3://bucket/a.blp'], broken)
    expect(stderr).toContain("Cannot find module 'what-the-sdk-needs'")
  })

  test.skipIf(!isInstalled || server === undefined)('S3 with the SDK beside it', () => {
    const sdk = join(home, 'node_modules', SDK)
    mkdirSync(dirname(sdk), { recursive: true })
    symlinkSync(resolve('node_modules', SDK), sdk, 'junction')
    useS3(process.execPath, ['node_modules/blpk/bin/blpk.js'], home, 'local.blp')
  })
})

test.skipIf(server === undefined)(
  'installed globally, and run by npx, blpk finds the SDK that is named with it',
  { timeout: 300_000 },
  () => {
    if (!peersRequired())
      return console.warn('not checked, but with CI=true: blpk and the SDK installed globally and by npx')
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    const sdk = `${SDK}@${devDependencies[SDK]}`
    const prefix = join(directory, 'global')
    expect(npm(directory, ['install', '-g', '--prefix', prefix, tarball, sdk])).toMatchObject({ status: 0 })
    useS3(join(prefix, ...(WINDOWS ? ['blpk.cmd'] : ['bin', 'blpk'])), [], directory, 'global.blp')
    const cache = ['--cache', join(directory, 'cache')]
    process.env.NODE_EXTRA_CA_CERTS = process.env.BLPK_NPM_CERTIFICATES
    useS3('npx', ['-y', ...cache, '-p', tarball, '-p', sdk, 'blpk'], directory, 'npx.blp')
  },
)
