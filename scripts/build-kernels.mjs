// Compiles the AssemblyScript kernels into dist/kernels/kernels.wasm.
import { mkdirSync } from 'node:fs'
import asc from 'assemblyscript/asc'

mkdirSync('dist/kernels', { recursive: true })
const { error, stderr } = await asc.main([
  'src/kernels/assembly/index.ts',
  '--outFile',
  'dist/kernels/kernels.wasm',
  '--runtime',
  'stub',
  '--optimizeLevel',
  '3',
  '--shrinkLevel',
  '0',
  '--noAssert',
  '--converge',
  '--enable',
  'simd',
  '--enable',
  'threads',
  '--enable',
  'bulk-memory',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  '--use',
  'abort=',
])
if (error) {
  process.stderr.write(`${stderr.toString()}\n${error.message}\n`)
  process.exit(1)
}
