// Puts other versions of TypeScript, and the newest types of Node, into .peers: the library's types must compile with them. Quick
// where they are there already. With --optional, a registry that cannot be reached is no failure, unless CI asks for the peers.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const DIR = join(ROOT, '.peers', 'typescript')
const STAMP = join(DIR, 'stamp')
/** The oldest that is promised, and the newest; the one between is the one that builds. */
const PACKAGES = ['oldest@npm:typescript@5.4.5', 'newest@npm:typescript@7.0.2', '@types/node@26.6.6']

const REQUIRED = process.env.CI === 'true' || process.env.BLPK_REQUIRE_PEERS === '1'
const OPTIONAL = process.argv.includes('--optional') && !REQUIRED
const wanted = PACKAGES.join(' ')

if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== wanted) {
  mkdirSync(DIR, { recursive: true })
  writeFileSync(join(DIR, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', DIR]
  const shell = process.platform === 'win32'
  const { status, stderr } = spawnSync('npm', [...args, ...PACKAGES], { cwd: DIR, encoding: 'utf8', shell })
  if (status !== 0) {
    const why = stderr.trim().split('\n').slice(-2).join(' ')
    process.stderr.write(`setup-typescript: ${OPTIONAL ? 'note' : 'error'}: npm install failed: ${why}\n`)
    process.exit(OPTIONAL ? 0 : 1)
  }
  writeFileSync(STAMP, wanted)
}
