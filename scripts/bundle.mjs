// Bundles the command line and its worker: one file opens faster than fifty.
import { copyFileSync, rmSync } from 'node:fs'
import { rolldown } from 'rolldown'

// Native libraries cannot be bundled, and what loads lazily need not be.
const external = [
  /^node:/,
  'cli-progress',
  'fs-native-extensions',
  'snappy',
  'xxhash-wasm',
  /^@mongodb-js\/zstd/,
]

rmSync('dist/bundle', { recursive: true, force: true })
const bundle = await rolldown({
  input: { cli: 'dist/cli/main.js', worker: 'dist/engine/worker.js' },
  external,
  platform: 'node',
})
await bundle.write({ dir: 'dist/bundle', format: 'esm', chunkFileNames: '[name]-[hash].js', minify: false })
await bundle.close()
copyFileSync('dist/kernels/kernels.wasm', 'dist/bundle/kernels.wasm')
