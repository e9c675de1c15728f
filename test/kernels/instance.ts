import { readFileSync } from 'node:fs'
import type { Kernels } from '../../src/kernels/loader.js'

const module = new WebAssembly.Module(
  readFileSync(new URL('../../dist/kernels/kernels.wasm', import.meta.url)),
)

/** Makes one more instance over a memory. */
export function instantiateOver(memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels
}

/** Makes the built kernels over a memory of their own. */
export function makeKernels(pages = 64): { k: Kernels; u8: Uint8Array; memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true })
  return { k: instantiateOver(memory), u8: new Uint8Array(memory.buffer), memory }
}
