// The metadata of a frame by name: fixed and variable-length metalayers.

import type { Replaceable } from '../../../bytes/editable.js'
import { unsupported, usage } from '../../../core/errors.js'
import { objectOf } from '../../../core/json/edit.js'
import type { Metadata, StoredValue } from '../../change.js'
import { B2ND_LAYER, CATERVA_LAYER } from '../../frame/array-layer.js'
import type { Layers } from '../../frame/layers.js'
import { jsonOfMsgpack } from '../../frame/msgpack/to-json.js'
import { OWN_LAYER } from '../chunks/frame-ids.js'
import { editFrame, type FrameEditOptions } from './change.js'
import type { SChunk } from './schunk.js'

/** The content of a metalayer as JSON. @throws BlpkError UNSUPPORTED if it is not msgpack */
function jsonOf(name: string, bytes: Uint8Array): string {
  try {
    return jsonOfMsgpack(bytes)
  } catch (error) {
    const { message } = error as Error
    throw unsupported(
      `the metalayer '${name}' does not hold a msgpack value (${message})`,
      {},
      { option: 'raw' },
    )
  }
}

function storedValue(name: string, bytes: Uint8Array): StoredValue {
  return { json: () => jsonOf(name, bytes), bytes: () => bytes }
}

function anyJson(bytes: Uint8Array): string {
  try {
    return jsonOfMsgpack(bytes)
  } catch {
    return `{"$bytes":"${Buffer.from(bytes).toString('base64')}"}`
  }
}

function objectJson(layers: Layers): string {
  return objectOf([...layers].map(([key, bytes]) => ({ key, value: anyJson(bytes) })))
}

/**
 * The metalayers of a frame. In the list of all of them, contents other than msgpack are `{"$bytes":
 * base64}`.
 * @param fixed only look up fixed ones; otherwise variable-length ones come first
 */
export function layersMetadata({ meta, vlmeta }: Pick<SChunk, 'meta' | 'vlmeta'>, fixed: boolean): Metadata {
  const groups = { meta: objectJson(meta), vlmeta: objectJson(vlmeta) }
  return {
    groups,
    json: `{"meta":${groups.meta},"vlmeta":${groups.vlmeta}}`,
    rawShows: 'writes the bytes of one metalayer',
    get(name) {
      const bytes = (fixed ? undefined : vlmeta.get(name)) ?? meta.get(name)
      if (bytes !== undefined) return storedValue(name, bytes)
      const names = [...vlmeta.keys(), ...meta.keys()]
      throw usage(`there is no metalayer '${name}' (available: ${names.join(', ') || 'none'})`)
    },
  }
}

/** Layers that describe other parts of the frame. */
function checkFree(name: string): void {
  if (name === B2ND_LAYER || name === CATERVA_LAYER)
    throw usage(`the metalayer '${name}' holds the shape of the array: append to the array, or resize it`)
  if (name === OWN_LAYER || name.startsWith(`${OWN_LAYER}-`))
    throw usage(`the metalayer '${name}' is managed by blpk`)
}

type SetLayer = (schunk: Pick<SChunk, 'meta' | 'vlmeta'>, name: string, content: Uint8Array) => void

const setFixed: SetLayer = ({ meta }, name, content) => {
  const there = meta.get(name)
  if (there === undefined)
    throw usage(`there is no fixed metalayer '${name}'; fixed ones are created with the frame`)
  if (there.length !== content.length)
    throw usage(`the fixed metalayer '${name}' has ${there.length} bytes, not ${content.length}`)
  meta.set(name, content)
}

const setVariable: SetLayer = ({ meta, vlmeta }, name, content) => {
  if (meta.has(name)) throw usage(`'${name}' is a fixed metalayer`, { option: 'fixed', to: 'set it' })
  vlmeta.set(name, content)
}

function removeLayer({ vlmeta }: Pick<SChunk, 'vlmeta'>, name: string): void {
  if (!vlmeta.delete(name)) throw usage(`there is no variable-length metalayer '${name}'`)
}

/**
 * Sets or removes a metalayer of a frame.
 * @param content msgpack by convention; undefined to remove the layer
 * @param o.fixed change a fixed metalayer, which must exist and keep its size; otherwise a variable-length
 * one
 * @throws BlpkError USAGE for reserved names, or another size of a fixed one
 */
export async function setMetalayer(
  place: Replaceable,
  name: string,
  content: Uint8Array | undefined,
  { fixed = false, ...o }: FrameEditOptions & { fixed?: boolean | undefined },
): Promise<void> {
  checkFree(name)
  if (fixed && content === undefined) throw usage('fixed metalayers cannot be removed')
  await editFrame(place, o, {
    change: async (schunk) => {
      if (content === undefined) removeLayer(schunk, name)
      else if (fixed) setFixed(schunk, name, content)
      else setVariable(schunk, name, content)
    },
    skipped: () => {},
  })
}
