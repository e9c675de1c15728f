// Builds versitygw, the S3 server that the tests talk to, into .peers. Quick where it is there already.
// With --optional, a machine without Go is no failure, unless CI says that the peers must be there.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BIN = join(ROOT, '.peers', 'bin')
const STAMP = join(ROOT, '.peers', 'versitygw-stamp')
const PACKAGE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'
const PROGRAM = join(BIN, process.platform === 'win32' ? 'versitygw.exe' : 'versitygw')

const REQUIRED = process.env.CI === 'true' || process.env.BLPK_REQUIRE_PEERS === '1'
const OPTIONAL = process.argv.includes('--optional') && !REQUIRED

function fail(message) {
  process.stderr.write(`setup-s3: ${OPTIONAL ? 'note' : 'error'}: ${message}\n`)
  process.exit(OPTIONAL ? 0 : 1)
}

if (!existsSync(PROGRAM) || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== PACKAGE) {
  mkdirSync(BIN, { recursive: true })
  const env = { ...process.env, GOBIN: BIN }
  const { status, error, stderr } = spawnSync('go', ['install', PACKAGE], { env, encoding: 'utf8' })
  if (error !== undefined) fail('Go was not found (install Go 1.25 or later)')
  if (status !== 0) fail(`go install ${PACKAGE} failed: ${stderr.trim().split('\n').slice(-2).join(' ')}`)
  const tried = spawnSync(PROGRAM, ['--version'])
  if (tried.status !== 0) fail(`${PROGRAM} does not start`)
  writeFileSync(STAMP, PACKAGE)
}
