// Adds to package-lock.json the optional packages of other platforms, which npm sometimes leaves out: `npm ci` refuses a lock
// file without them. --check (in lint) only says what is missing. --offline does not ask the registry for checksums.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const args = process.argv.slice(2)
const LOCK = args.find((arg) => !arg.startsWith('-')) ?? 'package-lock.json'
const PLATFORM =
  /-(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(gnu|musl|msvc|eabi|gnueabihf|musleabihf))?$/
const LIBC = { gnu: 'glibc', musl: 'musl' }

const lock = JSON.parse(readFileSync(LOCK, 'utf8'))
const { packages } = lock

/** The key of a dependency as a package finds it: in its own folder, or in one above. */
function resolved(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const key = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (packages[key] !== undefined) return key
    if (folder === '') return undefined
  }
}

/** What a package needs, apart from peers that are optional. */
function needs({ dependencies, optionalDependencies, devDependencies, peerDependencies = {}, ...more }) {
  const isOptional = (name) => more.peerDependenciesMeta?.[name]?.optional === true
  const peers = Object.entries(peerDependencies).filter(([name]) => !isOptional(name))
  return { ...Object.fromEntries(peers), ...dependencies, ...devDependencies, ...optionalDependencies }
}

/** The fields of the registry that a lock file keeps; none if it does not have the package. */
function published(name, version) {
  if (args.includes('--offline')) return {}
  const fields = ['os', 'cpu', 'libc', 'license', 'engines', 'dependencies', 'dist.integrity']
  const { status, stdout } = spawnSync('npm', ['view', `${name}@${version}`, ...fields, '--json'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0 || stdout === '') return {}
  const { 'dist.integrity': integrity, ...rest } = JSON.parse(stdout)
  // npm view shows a list of one as what is in it.
  for (const key of ['os', 'cpu', 'libc']) if (typeof rest[key] === 'string') rest[key] = [rest[key]]
  return { integrity, ...rest }
}

/** What the name says, which is enough for `npm ci` on other platforms. */
function told(name) {
  const [, os, cpu, abi] = PLATFORM.exec(name) ?? []
  if (os === undefined) return undefined
  return { os: [os], cpu: [cpu], ...(LIBC[abi] && { libc: [LIBC[abi]] }) }
}

/** The fields in npm's order, so that npm has nothing to change. */
function ordered(entry) {
  if (typeof entry !== 'object' || Array.isArray(entry)) return entry
  const rank = ([key, value]) =>
    ['version', 'integrity'].includes(key) ? 0 : Array.isArray(value) || typeof value !== 'object' ? 1 : 2
  const fields = Object.entries(entry).map(([key, value]) => [key, ordered(value)])
  return Object.fromEntries(
    fields.sort((a, b) => rank(a) - rank(b) || (rank(a) === 0 ? 0 : a[0].localeCompare(b[0]))),
  )
}

/** @returns undefined if neither the registry nor the name says which platform it is for */
function entryFor(parent, name, version) {
  if (!/^\d+\.\d+\.\d+/.test(version)) return undefined
  const found = published(name, version)
  const platform = found.os || found.cpu ? undefined : told(name)
  if (!found.os && !found.cpu && platform === undefined) return undefined
  return ordered({ version, ...found, ...(parent.dev && { dev: true }), optional: true, ...platform })
}

const missing = []
for (const [from, parent] of Object.entries(packages))
  for (const [name, range] of Object.entries(needs(parent)))
    if (resolved(from, name) === undefined)
      missing.push({ name, range, parent, isOptional: parent.optionalDependencies?.[name] !== undefined })

const addresses = Object.keys(packages).filter((key) => packages[key].resolved !== undefined)
for (const key of addresses) console.error(`${LOCK}: ${key} has the address of a registry`)
if (addresses.length > 0) process.exitCode = 1

for (const { name, range, parent, isOptional } of missing) {
  const entry = args.includes('--check') || !isOptional ? undefined : entryFor(parent, name, range)
  if (entry !== undefined) packages[`node_modules/${name}`] = entry
  else {
    const help = args.includes('--check') && isOptional ? 'node scripts/complete-lock.mjs' : 'npm install'
    console.error(`${LOCK}: ${name}@${range} is missing: run ${help}`)
    process.exitCode = 1
  }
}
if (!args.includes('--check') && missing.length > 0) {
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
}
