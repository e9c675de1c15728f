import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseSelection } from '../../dist/cli/flags/selection.js'
import { layersOf } from '../../dist/format/blosc2/chunks/described.js'
import { packFrame } from '../../dist/format/blosc2/chunks/pack-frame.js'
import { NDArray } from '../../dist/format/blosc2/objects/ndarray.js'
import { BloscpackSink } from '../../dist/format/bloscpack/sink.js'
import { pack } from '../../dist/format/pack.js'
import { MemorySink } from '../../dist/sinks/memory.js'
import { MemorySource } from '../../dist/sources/memory.js'
import { openPlain } from '../../dist/sources/npy.js'
import { openToUnpack, type Selection, unpackInto } from '../../dist/verbs/decompress.js'
import { openPlace } from '../../dist/verbs/open.js'
import { startPeer } from '../support/peer.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const peer = await startPeer('parts of arrays, beside those that NumPy takes')
const cases = (await peer?.call('save_selections', { directory, seed: 15, arrays: 60, parts: 6 })) ?? []
/** Many chunks, and blocks in them. */
const SMALL = { chunkSize: 3000, blockSize: 300, threads: 1 }

function npyOf(name: string): Uint8Array {
  return readFileSync(join(directory, `${name}.npy`))
}

const PACKED: Record<string, (npy: Uint8Array) => Promise<Uint8Array>> = {
  blp: async (npy) => {
    const sink = new MemorySink()
    await pack(await openPlain(new MemorySource(npy)), new BloscpackSink(sink), SMALL)
    return sink.bytes
  },
  b2frame: async (npy) => {
    const sink = new MemorySink()
    const plain = await openPlain(new MemorySource(npy))
    await packFrame(plain, sink, { ...SMALL, vlmeta: layersOf(plain.metadata) })
    return sink.bytes
  },
  b2nd: async (npy) => (await NDArray.fromNpy(npy)).toCframe(),
  npy: async (npy) => npy,
}

async function partOf(container: Uint8Array, part: Selection): Promise<Uint8Array> {
  const opened = await openToUnpack(await openPlace(container), part)
  const sink = new MemorySink()
  await unpackInto(opened, part, async () => sink, { threads: 1 })
  await opened.close()
  return sink.bytes
}

describe("parts are those of NumPy's a[…]", () => {
  for (const [format, packed] of Object.entries(PACKED)) {
    test(format, { timeout: 300_000 }, async () => {
      let [last, container]: [string, Uint8Array] = ['', new Uint8Array()]
      for (const { name, part, slice, field } of cases) {
        if (name !== last) container = await packed(npyOf(name))
        last = name
        const selection = { slice: parseSelection(slice), ...(field !== null && { field }) }
        const got = await partOf(container, selection)
        expect(sameBytes(got, npyOf(part)), `${name}[${slice}] ${field ?? ''}`).toBe(true)
      }
    })
  }
})
