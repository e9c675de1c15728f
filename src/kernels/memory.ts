// Allocates the shared WebAssembly memory, and asks for less if address space is limited.

import { addressSpaceLeft, addressSpaceLimit, UNGUARDED } from '../core/address-space.js'
import { BlpkError } from '../core/errors.js'

export const PAGE = 65536
export const MAX_PAGES = 65536
/** Below this no chunk of the usual sizes is worked on: 64 MiB. */
const LEAST_PAGES = 1024
/** The part of the address space that is left that is asked for at once. */
const PARTS = 8

/** @returns a power of two: all of the 4 GiB where the address space has no limit */
function firstPages(): number {
  const fair = addressSpaceLeft() / PARTS / PAGE
  if (fair >= MAX_PAGES) return MAX_PAGES
  return Math.max(LEAST_PAGES, 2 ** Math.floor(Math.log2(Math.max(1, fair))))
}

/** There is not enough memory, or address space, for what is to be done. */
export function noMemory(cause?: unknown): BlpkError {
  const isLimited = Number.isFinite(addressSpaceLimit())
  const isGuarded = !process.execArgv.includes(UNGUARDED)
  const limit = isLimited ? `; ulimit -v allows ${Math.floor(addressSpaceLimit() / 2 ** 20)} MiB` : ''
  const help = isLimited && isGuarded ? ` (node ${UNGUARDED} needs less)` : ''
  return new BlpkError('NO_MEMORY', `not enough memory${limit}${help}`, {}, cause)
}

/**
 * A memory for kernels that threads can share. What it may grow to costs address space from the start, so less is asked
 * for where that is limited, and less again if it is refused.
 * @throws BlpkError NO_MEMORY
 */
export function newMemory(initial: number): WebAssembly.Memory {
  for (let maximum = firstPages(); ; maximum /= 4) {
    try {
      return new WebAssembly.Memory({
        initial,
        maximum: Math.max(initial, Math.floor(maximum)),
        shared: true,
      })
    } catch (error) {
      if (maximum / 4 < LEAST_PAGES) throw noMemory(error)
    }
  }
}
