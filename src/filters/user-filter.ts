// User-defined filters, which work on plain views instead of addresses.

import type { BlockContext, FilterContext, FilterTraits } from './filter.js'
import { type Module, noteModule } from './modules.js'
import { addFilter } from './registry.js'

/** A filter of your own, over plain views of a block. `input` and `output` have the same length. */
export interface UserFilter {
  /** 160 to 255. */
  id: number
  name?: string
  traits?: {
    /** Values are not restored exactly. Default: false. */
    lossy?: boolean
    /** It may run in worker threads, if its module is known. Default: true. */
    threads?: boolean
    /** It uses `blockshape`: chunks are not copied into a frame with another block shape. Default: false. */
    usesShape?: boolean
  }
  /** Called and awaited once in each thread, before the first block. Load WebAssembly modules here. */
  load?(): Promise<void> | void
  /** Filters a block before it is compressed: fills `output` from `input`. */
  forward(input: Uint8Array, output: Uint8Array, context: FilterContext): void
  /** Undoes `forward` after decompression. */
  backward(input: Uint8Array, output: Uint8Array, context: FilterContext): void
}

function contextOf({ meta, typesize, blockshape, schunk }: BlockContext): FilterContext {
  return { meta, typesize, blockshape, schunk }
}

/**
 * Adds a filter of your own, for Blosc2 frames and arrays.
 * @param options module: the address of the module that calls this (`import.meta.url`). Worker threads import it, so the
 * filter runs there too; it must do nothing but register. Without it, the filter runs in the calling thread
 * @throws BlpkError USAGE for a number outside 160 to 255, or one that is taken
 * @example
 * ```ts
 * import { compress, registerFilter } from 'blpk'
 *
 * registerFilter(
 *   {
 *     id: 200,
 *     name: 'mirror',
 *     forward: (input, output) => output.set(input.slice().reverse()),
 *     backward: (input, output) => output.set(input.slice().reverse()),
 *   },
 *   { module: import.meta.url },
 * )
 * await compress('data.npy', 'data.b2nd', { filters: ['mirror', 'shuffle'] })
 * ```
 */
export function registerFilter(filter: UserFilter, { module }: Module = {}): void {
  const { id, name = `filter ${id}`, traits = {}, load } = filter
  const known: FilterTraits = {
    threads: traits.threads !== false && module !== undefined,
    keepsRepeats: false,
    ...(traits.lossy === true && { lossy: 'any' as const }),
    ...(traits.usesShape === true && { usesShape: true }),
  }
  addFilter({
    id,
    name,
    traits: known,
    module,
    ...(load !== undefined && { load: () => filter.load?.() }),
    forward: (c, nbytes, src, dst) =>
      filter.forward(c.ws.view(src, nbytes), c.ws.view(dst, nbytes), contextOf(c)),
    backward: (c, nbytes, src, dst) =>
      filter.backward(c.ws.view(src, nbytes), c.ws.view(dst, nbytes), contextOf(c)),
  })
  noteModule(module)
}
