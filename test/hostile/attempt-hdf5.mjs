// What every part of the library answers to a hostile HDF5 file.

import { container } from '../../dist/format/hdf5/index.js'
import { MemorySource, open, verify } from '../../dist/index.js'
import { answer } from './attempt.mjs'

/** More than this is not read at once, in bytes, and not more datasets. */
const MOST = 16 * 2 ** 20
const MOST_NAMES = 50

async function namesOf(bytes) {
  const names = []
  for await (const name of container.names({ source: new MemorySource(bytes) }, {})) {
    names.push(name)
    if (names.length === MOST_NAMES) break
  }
  return names
}

async function readOne(bytes, inner) {
  const source = new MemorySource(bytes)
  const opened = await container.open({ source, inner }, {})
  try {
    const { nbytes } = opened
    for (const start of [0, Math.floor(nbytes / 2), nbytes - 5]) {
      const from = Math.max(0, start)
      for await (const piece of opened.pieces(from, Math.min(nbytes, from + 5), {})) piece.at(0)
    }
    if (nbytes <= MOST) for await (const piece of opened.pieces(0, undefined, {})) piece.at(0)
  } finally {
    await opened.close()
  }
}

/** Does everything with a file that can be done with it. */
export async function attemptHdf5(bytes) {
  const result = { open: await answer(async () => (await open(bytes)).close()) }
  let names = []
  result.names = await answer(async () => {
    names = await namesOf(bytes)
  })
  for (const [i, name] of names.entries()) {
    result[`facts ${i}`] = await answer(() =>
      container.facts({ source: new MemorySource(bytes), inner: name }, { file: name, detail: 'chunks' }),
    )
    result[`read ${i}`] = await answer(() => readOne(bytes, name))
  }
  result.verify = await answer(async () => {
    const { ok } = await verify(bytes, { deep: true, threads: 1 })
    result.isOk = ok
  })
  return result
}
