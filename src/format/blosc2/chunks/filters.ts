import { addFilter } from '../../../filters/registry.js'

/** What a filter of a user is told. */
export interface UserFilterContext {
  meta: number
  /** Size of an item, in bytes. */
  typesize: number
}

/** A filter of a user, over plain views of a block; both are equally long. */
export interface UserFilter {
  /** 160 to 255. */
  id: number
  name?: string
  /** Do values not come back as they were? */
  lossy?: boolean
  forward(input: Uint8Array, output: Uint8Array, context: UserFilterContext): void
  backward(input: Uint8Array, output: Uint8Array, context: UserFilterContext): void
}

/**
 * Adds a filter of your own; it runs in the calling thread.
 * @throws BlpkError USAGE for a number out of 160 to 255 or one that is taken
 */
export function registerFilter(filter: UserFilter): void {
  addFilter({
    id: filter.id,
    name: filter.name ?? `filter ${filter.id}`,
    ...(filter.lossy === true && { lossy: 'any' as const }),
    forward: (c, nbytes, src, dst) =>
      filter.forward(c.ws.view(src, nbytes), c.ws.view(dst, nbytes), { meta: c.meta, typesize: c.itemBytes }),
    backward: (c, nbytes, src, dst) =>
      filter.backward(c.ws.view(src, nbytes), c.ws.view(dst, nbytes), {
        meta: c.meta,
        typesize: c.itemBytes,
      }),
  })
}
