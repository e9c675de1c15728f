// The toys, which note in the file BLPK_WITNESS what they are told, in every thread.
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { mirror } from './mirror-filter.mjs'
import { rows } from './rows-codec.mjs'

function note(call, { level, meta, typesize, blockshape, schunk }) {
  const { chunkSize, nchunks, nbytes } = schunk
  const layers = { metalayers: [...schunk.meta.keys()], vlmeta: [...schunk.vlmeta.keys()] }
  const told = {
    call,
    isMainThread,
    level,
    meta,
    typesize,
    blockshape,
    chunkSize,
    nchunks,
    nbytes,
    ...layers,
  }
  if (process.env.BLPK_WITNESS) appendFileSync(process.env.BLPK_WITNESS, `${JSON.stringify(told)}\n`)
}

/** The same with all calls of these functions noted. */
function witnessed(toy, calls) {
  const functions = calls.map((call) => [
    call,
    (input, output, context) => {
      note(call, context)
      return toy[call](input, output, context)
    },
  ])
  return { ...toy, ...Object.fromEntries(functions) }
}

export function register({ registerCodec, registerFilter }) {
  registerCodec(witnessed(rows, ['encode', 'decode']))
  registerFilter(witnessed(mirror, ['forward', 'backward']))
}
