// Bundles the command line and its worker: one file opens faster than fifty, and CommonJS sooner than modules.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { rolldown } from 'rolldown'

// Native libraries cannot be bundled, and what loads lazily need not be.
const external = [
  /^node:(?!child_process)/,
  'cli-progress',
  'fs-native-extensions',
  'snappy',
  'xxhash-wasm',
  /^@mongodb-js\/zstd/,
  /^@aws-sdk\//,
]

/** commander asks for it to run subcommands as programs of their own, which ours are not; it takes 4 ms to load. */
const withoutChildProcess = {
  name: 'without-child-process',
  resolveId: (id) => (id === 'node:child_process' ? '\0nothing' : undefined),
  load: (id) => (id === '\0nothing' ? 'export default {}' : undefined),
}

rmSync('dist/bundle', { recursive: true, force: true })
const bundle = await rolldown({
  input: { cli: 'dist/cli/main.js', worker: 'dist/engine/worker.js' },
  external,
  platform: 'node',
  plugins: [withoutChildProcess],
})
await bundle.write({
  dir: 'dist/bundle',
  format: 'cjs',
  chunkFileNames: '[name]-[hash].js',
  // Comments and spaces go, names stay: traces are to be read.
  minify: { compress: false, mangle: false },
})
await bundle.close()
writeFileSync('dist/bundle/package.json', '{ "type": "commonjs" }\n')
copyFileSync('dist/kernels/kernels.wasm', 'dist/bundle/kernels.wasm')
