// h5wasm with its plug-ins: HDF5's own library as WebAssembly, with a Blosc2 filter.

import h5wasm, { Dataset } from 'h5wasm/node'
import { install_local_plugins } from 'h5wasm-plugins'

install_local_plugins(await h5wasm.ready)

export interface WasmSeen {
  shape: readonly number[] | null
  bytes: Uint8Array
}

/** What h5wasm reads of a dataset of numbers. */
export function readByWasm(path: string, name: string): WasmSeen {
  const file = new h5wasm.File(path, 'r')
  try {
    const found = file.get(name)
    if (!(found instanceof Dataset)) throw new Error(`${name} is no dataset`)
    const value = found.value
    if (!ArrayBuffer.isView(value)) throw new Error(`${name} has no numbers`)
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return { shape: found.shape, bytes: bytes.slice() }
  } finally {
    file.close()
  }
}
