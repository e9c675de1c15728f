// How much address space is left under `ulimit -v`, how much Node takes, and how many threads fit.

import { readFileSync } from 'node:fs'

let known: number | undefined

/**
 * The limit of the process's address space in bytes, as set by batch systems (`ulimit -v`); Infinity if there
 * is no limit, or it is unknown.
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

/** The remaining address space in bytes; Infinity if there is no limit. */
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

/** Address space to keep free for data, and for each thread, in bytes. */
const WITHOUT_THREADS = 2 ** 30
const EACH_THREAD = 0.9 * 2 ** 30

/** How many threads fit in the remaining address space. One too many would crash the process. */
export function threadsThatFit(): number {
  return Math.max(0, Math.floor((addressSpaceLeft() - WITHOUT_THREADS) / EACH_THREAD))
}

/**
 * Address space that Node reserves for each memory, however large it is, unless a flag prevents it, in bytes.
 */
export const GUARDED_BYTES = 10 * 2 ** 30

/** The flag. */
export const UNGUARDED = '--disable-wasm-trap-handler'
