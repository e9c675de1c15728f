// The metalayers that users see, without the reserved one.

import type { Layers } from '../../frame/layers.js'
import { checkNotReserved } from '../chunks/layer-limits.js'

/** The metalayers that users see and change: a map that refuses the reserved name. */
export class UserLayers extends Map<string, Uint8Array> {
  constructor(layers: Layers) {
    super()
    for (const [name, content] of layers) this.set(name, content)
  }

  /** @throws BlpkError USAGE for the reserved name */
  override set(name: string, content: Uint8Array): this {
    checkNotReserved(name)
    return super.set(name, content)
  }
}
