// Bundles the command line, the library, and their workers: one file opens faster than fifty. The command line is
// CommonJS, which node loads sooner than modules.
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

// Native libraries cannot be bundled, and what loads lazily need not be.
const packages = [
  /^node:(?!child_process)/,
  'cli-progress',
  'fs-native-extensions',
  'snappy',
  /^@mongodb-js\/zstd/,
  /^@aws-sdk\//,
]

const CHILD_PROCESS = 'node:child_process'

/** commander asks for it to run subcommands as programs of their own, which ours are not; it takes 4 ms to load. */
const withoutChildProcess = {
  name: 'without-child-process',
  resolveId: (id, importer = '') => {
    if (id !== CHILD_PROCESS) return undefined
    return /[\\/]commander[\\/]/.test(importer) ? '\0nothing' : { id, external: true }
  },
  load: (id) => (id === '\0nothing' ? 'export default {}' : undefined),
}

/** Workers load jobs by `require`: the loader of modules takes 4 ms to start in each. */
const withRequire = {
  name: 'with-require',
  load: (id) =>
    /[\\/]engine[\\/]load-module\.js$/.test(id)
      ? `import { createRequire } from 'node:module'
         import { fileURLToPath } from 'node:url'
         const load = createRequire(import.meta.url)
         export const loadModule = async (url) => load(fileURLToPath(url))`
      : undefined,
}

/** Cached code cannot import: a file that is loaded as it is does that for it. */
const withImport = {
  name: 'with-import',
  load: (id) =>
    /[\\/]core[\\/]import-module\.js$/.test(id)
      ? `import { createRequire } from 'node:module'
         const load = createRequire(import.meta.url)
         export const importModule = (url) => load('../../bin/import-module.js').importModule(url)`
      : undefined,
}

/** Hands on what tsc wrote of where lines come from, so that traces lead to the sources. */
const withMaps = {
  name: 'with-maps',
  load(id) {
    const map = `${id}.map`
    if (!existsSync(map) || id.includes('node_modules')) return null
    return { code: readFileSync(id, 'utf8'), map: readFileSync(map, 'utf8') }
  },
}

/** A module and what it imports at once, and so on. */
function closure(path, found = new Set()) {
  if (found.has(path)) return found
  found.add(path)
  const code = readFileSync(path, 'utf8')
  for (const [, from] of code.matchAll(/^(?:import|export)\s[^'"]*?from\s*['"](\.[^'"]+)['"]/gm))
    closure(resolve(dirname(path), from), found)
  return found
}

// What the usual commands need goes in few files, each with what the next ones need besides: forty small ones took a fifth
// of a millisecond each.
// Behind the doors of containers everything is loaded when it is used, so that each step names what it opens.
const STEPS = {
  start: ['cli/main'],
  open: ['cli/commands/info', 'format/bloscpack/index', 'format/bloscpack/facts'],
  work: [
    'cli/commands/compress',
    'cli/commands/decompress',
    'format/bloscpack/opened',
    'format/bloscpack/pack-source',
    'format/bloscpack/range-threads',
    'format/bloscpack/unpack',
    'format/bloscpack/blosc1-job',
    'sinks/replaceable',
  ],
  blosc2: ['blosc2/facts', 'blosc2/opened', 'blosc2/pack-source', 'chunks/blosc2-job'].map(
    (name) => `format/${name}`,
  ),
  hdf5: ['facts/object', 'opened', 'pack/pack-source', 'hdf5-job'].map((name) => `format/hdf5/${name}`),
}
const steps = Object.values(STEPS).map(
  (names) => new Set(names.flatMap((name) => [...closure(resolve(`dist/${name}.js`))])),
)
const groups = Object.keys(STEPS).map((name, i) => ({
  name,
  priority: steps.length - i,
  test: (id) => steps[i].has(id),
}))
/** Bundles for node; the kernels lie beside the files, where they look for them. */
async function bundleInto(dir, input, { format, minify, plugins, external, sourcemap = true }) {
  const bundle = await rolldown({
    input,
    external,
    platform: 'node',
    plugins: [...plugins, withMaps],
    checks: { ineffectiveDynamicImport: false },
  })
  await bundle.write({
    dir,
    format,
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups },
    // For packages too: the loader of modules takes 5 ms to start.
    dynamicImportInCjs: false,
    minify,
    // Types have the comments for users, and traces lead to the sources.
    comments: { jsdoc: false },
    sourcemap,
    sourcemapExcludeSources: true,
  })
  await bundle.close()
  copyFileSync('dist/kernels/kernels.wasm', `${dir}/kernels.wasm`)
}

/** Leaves names out of the maps in a folder, which have the lines. A segment's fifth number is its name. */
function dropNames(dir) {
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.map'))) {
    const path = join(dir, file)
    const map = JSON.parse(readFileSync(path, 'utf8'))
    const numbers = /[g-z0-9+/]*[A-Za-f]/g
    const mappings = map.mappings.replace(/[^,;]+/g, (segment) => segment.match(numbers).slice(0, 4).join(''))
    writeFileSync(path, JSON.stringify({ ...map, names: [], mappings }))
  }
}

// Workers find jobs beside themselves, by the names of their modules.
const jobs = readdirSync('src', { recursive: true })
  .filter((path) => path.endsWith('-job.ts'))
  .map((path) => [basename(path, '.ts'), join('dist', path.replace(/ts$/, 'js'))])
const entries = { worker: 'dist/engine/worker.js', ...Object.fromEntries(jobs) }
if (Object.keys(entries).length !== jobs.length + 1) throw new Error('two modules of jobs have the same name')
// Short names load faster; functions and classes keep theirs, since traces are to be read.
const minify = { compress: false, mangle: { keepNames: true } }
// To find a package takes longer than to load this one.
const forCommand = {
  format: 'cjs',
  external: packages,
  minify,
  plugins: [withoutChildProcess, withRequire, withImport],
}
for (const dir of ['dist/bundle', 'dist/esm']) rmSync(dir, { recursive: true, force: true })
await bundleInto('dist/bundle', { cli: 'dist/cli/main.js' }, forCommand)
// A worker has little code of its own to load, and is ready 20 ms sooner. It sends messages of errors, no traces.
await bundleInto('dist/bundle', entries, { ...forCommand, sourcemap: false })
dropNames('dist/bundle')
writeFileSync('dist/bundle/package.json', '{ "type": "commonjs" }\n')
const forPrograms = {
  format: 'esm',
  external: [...packages, 'xxhash-wasm'],
  minify: false,
  plugins: [withoutChildProcess],
}
// The workers of programs share the registries with `import 'blpk'`, which modules of codecs may use. In programs of
// others node shows the line that threw: it must be one.
await bundleInto('dist/esm', { index: 'dist/index.js', ...entries }, forPrograms)
