// Which code a chunk needs, and whether a worker thread can run it.

import type { Codec } from '../../codecs/codec.js'
import { knownFilter } from '../../filters/registry.js'
import type { FilterSlot } from './header.js'

/** The codec and the filters of a chunk, as code. */
export interface ChunkCode {
  /** Whether all of it may run in worker threads. */
  threads: boolean
  /** The user modules that register it. */
  modules: readonly string[]
}

/** The code that processes a chunk. @param codec undefined for an unknown codec, which fails everywhere */
export function codeOf(codec: Codec | undefined, filters: readonly FilterSlot[]): ChunkCode {
  const all = [codec, ...filters.map(({ id }) => knownFilter(id))]
  const modules = new Set<string>()
  for (const one of all) if (one?.module !== undefined) modules.add(one.module)
  return { threads: all.every((one) => one === undefined || one.traits.threads), modules: [...modules] }
}
