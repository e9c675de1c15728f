// Puts real arrays, which wheels of PyPI carry, into .corpus: tests and bench compare compression ratios on them. Quick where they
// are there already. With --optional, a registry that cannot be reached is no failure, unless CI asks for the peers.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const CORPUS = join(ROOT, '.corpus')
const STAMP = join(CORPUS, 'stamp')
const WHEELS = join(CORPUS, 'wheels')
const TOOLS = join(CORPUS, 'tools')
const REQUIREMENTS = join(ROOT, 'scripts', 'python', 'corpus-requirements.txt')
const SCRIPT = join(ROOT, 'scripts', 'python', 'corpus.py')
const VENV = join(ROOT, '.venv')
const PYTHON =
  process.platform === 'win32' ? join(VENV, 'Scripts', 'python.exe') : join(VENV, 'bin', 'python')
/** Decodes the pictures. */
const PILLOW = 'pillow==13.0.0'
/** Whose wheels they are; no machine has to run them. */
const PLATFORM = ['manylinux_2_28_x86_64', 'manylinux2014_x86_64'].flatMap((name) => ['--platform', name])

const REQUIRED = process.env.CI === 'true' || process.env.BLPK_REQUIRE_PEERS === '1'
const OPTIONAL = process.argv.includes('--optional') && !REQUIRED

function fail(message) {
  process.stderr.write(`setup-corpus: ${OPTIONAL ? 'note' : 'error'}: ${message}\n`)
  process.exit(OPTIONAL ? 0 : 1)
}

function fingerprint() {
  const hash = createHash('sha256').update(PILLOW)
  for (const path of [REQUIREMENTS, SCRIPT]) hash.update(readFileSync(path))
  return hash.digest('hex')
}

function python(what, args, env = {}) {
  const done = spawnSync(PYTHON, args, { encoding: 'utf8', env: { ...process.env, ...env } })
  if (done.status === 0) return
  const words = done.error?.message ?? done.stderr.trim().split(/\r?\n/).slice(-2).join(' ')
  fail(`${what}: ${words}`)
}

function pip(what, ...args) {
  python(what, [
    '-m',
    'pip',
    ...args,
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary=:all:',
  ])
}

const wanted = fingerprint()
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== wanted) {
  if (!existsSync(PYTHON)) fail(`${PYTHON} is missing; run: node scripts/setup-python.mjs`)
  rmSync(CORPUS, { recursive: true, force: true })
  mkdirSync(WHEELS, { recursive: true })
  const of = [...PLATFORM, '--python-version', '3.12', '--require-hashes', '-r', REQUIREMENTS]
  pip('the wheels with the arrays are not to be had', 'download', ...of, '--dest', WHEELS)
  pip(`${PILLOW} is not to be had`, 'install', '--target', TOOLS, PILLOW)
  python('the arrays could not be read', [SCRIPT, WHEELS, CORPUS], { PYTHONPATH: TOOLS })
  for (const folder of [WHEELS, TOOLS]) rmSync(folder, { recursive: true })
  writeFileSync(STAMP, wanted)
}
