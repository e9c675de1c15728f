// Makes .venv with the real Bloscpack that the interop tests talk to. Quick where it is there already.
// With --optional, a machine without Python is no failure, unless CI says that the peers must be there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const VENV = join(ROOT, '.venv')
const SOURCES = join(ROOT, 'scripts', 'python')
const REQUIREMENTS = join(SOURCES, 'requirements.txt')
const CONSTRAINTS = join(SOURCES, 'build-constraints.txt')
const SHIM = join(SOURCES, 'old_collections.py')
const STAMP = join(VENV, 'blpk-stamp')
const WINDOWS = process.platform === 'win32'
const VENV_PYTHON = WINDOWS ? join(VENV, 'Scripts', 'python.exe') : join(VENV, 'bin', 'python')
const LEAST_MINOR = 11

const REQUIRED = process.env.CI === 'true' || process.env.BLPK_REQUIRE_PEERS === '1'
const OPTIONAL = process.argv.includes('--optional') && !REQUIRED

function fail(message) {
  process.stderr.write(`setup-python: ${OPTIONAL ? 'note' : 'error'}: ${message}\n`)
  process.exit(OPTIONAL ? 0 : 1)
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const path of [REQUIREMENTS, CONSTRAINTS, SHIM]) hash.update(readFileSync(path))
  return hash.digest('hex')
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { encoding: 'utf8', ...options })
}

/** The command and first arguments of a Python that is new enough: the one that PYTHON names, or any. */
function findPython() {
  const named = process.env.PYTHON
  const newer = [14, 13, 12, 11].map((minor) => [`python3.${minor}`])
  const usual = [...(WINDOWS ? [['py', '-3']] : []), ['python3'], ['python'], ...newer]
  const test = `import sys; sys.exit(sys.version_info < (3, ${LEAST_MINOR}))`
  const candidates = named === undefined ? usual : [[named]]
  return candidates.find(([command, ...args]) => run(command, [...args, '-c', test]).status === 0)
}

/** The last lines of a program's error output, on one line. */
function lastWords({ stderr, error }) {
  const lines = (stderr ?? '').trim().split(/\r?\n/)
  return (
    error?.message ??
    lines
      .filter((line) => line !== '')
      .slice(-2)
      .join(' ')
  )
}

function makeVenv() {
  const python = findPython()
  if (python === undefined)
    fail(`no Python 3.${LEAST_MINOR} or later was found (install it, or name it in PYTHON)`)
  const [command, ...args] = python
  rmSync(VENV, { recursive: true, force: true })
  const made = run(command, [...args, '-m', 'venv', VENV])
  if (made.status !== 0) fail(`${command} cannot make a virtual environment with pip: ${lastWords(made)}`)
  if (run(VENV_PYTHON, ['-m', 'pip', '--version']).status !== 0)
    fail(`${command} has no pip (install python3-pip)`)
}

function installPackages() {
  // pip before 25.3 knows only the first of the two names, later ones only the second for builds.
  const env = { ...process.env, PIP_CONSTRAINT: CONSTRAINTS, PIP_BUILD_CONSTRAINT: CONSTRAINTS }
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]
  const installed = run(VENV_PYTHON, args, { env })
  if (installed.status !== 0) fail(`pip could not install ${REQUIREMENTS}: ${lastWords(installed)}`)
}

function installShim() {
  const where = run(VENV_PYTHON, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])
  if (where.status !== 0) fail(`the new Python does not start: ${lastWords(where)}`)
  const directory = where.stdout.trim()
  copyFileSync(SHIM, join(directory, 'old_collections.py'))
  writeFileSync(join(directory, 'old_collections.pth'), 'import old_collections\n')
}

const wanted = fingerprint()
if (!existsSync(VENV_PYTHON) || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== wanted) {
  makeVenv()
  installPackages()
  installShim()
  const tried = run(VENV_PYTHON, ['-c', 'import bloscpack, blosc, numpy'])
  if (tried.status !== 0) fail(`bloscpack does not start: ${lastWords(tried)}`)
  writeFileSync(STAMP, wanted)
}
