// How much address space is left under `ulimit -v`, what Node takes of it, and how many threads fit into it.

import { readFileSync } from 'node:fs'

let known: number | undefined

/**
 * How much address space the process may use, in bytes, as batch systems limit it (`ulimit -v`); Infinity where there is
 * no limit, or the system does not say.
 */
export function addressSpaceLimit(): number {
  known ??= readLimit()
  return known
}

function readLimit(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY
  try {
    const [, limit] = /^Max address space\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** How much of that is left, in bytes; Infinity where there is no limit. */
export function addressSpaceLeft(): number {
  const limit = addressSpaceLimit()
  if (!Number.isFinite(limit)) return limit
  try {
    const [, used] = /^VmSize:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? []
    return Math.max(0, limit - Number(used ?? 0) * 1024)
  } catch {
    return limit / 2
  }
}

/** What must be left for data, and what each thread takes, in bytes. */
const WITHOUT_THREADS = 2 ** 30
const EACH_THREAD = 0.9 * 2 ** 30

/** So many threads fit into the address space that is left: one too many would end the process. */
export function threadsThatFit(): number {
  return Math.max(0, Math.floor((addressSpaceLeft() - WITHOUT_THREADS) / EACH_THREAD))
}

/** Node reserves so much for each memory, however large it may become, unless it is told not to, in bytes. */
export const GUARDED_BYTES = 10 * 2 ** 30

/** What tells it. */
export const UNGUARDED = '--disable-wasm-trap-handler'
