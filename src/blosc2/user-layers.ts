import { usage } from '../errors.js'
import { CHECKSUM_LAYER } from '../format/frame/checksums.js'
import type { Layers } from '../format/frame/layers.js'

/** @throws BlpkError USAGE for a name that is kept for our own use */
export function checkNotReserved(name: string): void {
  if (name === CHECKSUM_LAYER) throw usage(`the metalayer name '${name}' is reserved for checksums`)
}

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
