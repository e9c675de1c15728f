// The metadata of a frame by name: metalayers, fixed ones and those of variable length.

import type { Replaceable } from '../../../bytes/editable.js'
import { unsupported, usage } from '../../../core/errors.js'
import { objectOf } from '../../../core/json/edit.js'
import type { Metadata, StoredValue } from '../../change.js'
import { OWN_LAYER } from '../chunks/frame-ids.js'
import { B2ND_LAYER, CATERVA_LAYER } from '../frame/array-layer.js'
import type { Layers } from '../frame/layers.js'
import { jsonOfMsgpack } from '../msgpack/to-json.js'
import { editFrame, type FrameEditOptions } from './change.js'
import type { SChunk } from './schunk.js'

/** The content of a metalayer as JSON. @throws BlpkError UNSUPPORTED if it is no msgpack */
function jsonOf(name: string, bytes: Uint8Array): string {
  try {
    return jsonOfMsgpack(bytes)
  } catch (error) {
    const { message } = error as Error
    throw unsupported(`the metalayer '${name}' holds no msgpack value (${message})`, {}, { option: 'raw' })
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
 * The metalayers of a frame; contents that are no msgpack are `{"$bytes": base64}` among all of them.
 * @param fixed look for names among the fixed ones alone; else those of variable length come first
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
      throw usage(`there is no metalayer '${name}' (there are: ${names.join(', ') || 'none'})`)
    },
  }
}

/** Layers that say what other parts of the frame are. */
function checkFree(name: string): void {
  if (name === B2ND_LAYER || name === CATERVA_LAYER)
    throw usage(`the metalayer '${name}' says what shape the array has: append to it, or resize it`)
  if (name === OWN_LAYER || name.startsWith(`${OWN_LAYER}-`))
    throw usage(`the metalayer '${name}' is kept by blpk itself`)
}

type SetLayer = (schunk: Pick<SChunk, 'meta' | 'vlmeta'>, name: string, content: Uint8Array) => void

const setFixed: SetLayer = ({ meta }, name, content) => {
  const there = meta.get(name)
  if (there === undefined)
    throw usage(`there is no fixed metalayer '${name}'; fixed ones are made with the frame`)
  if (there.length !== content.length)
    throw usage(`the fixed metalayer '${name}' has ${there.length} bytes, not ${content.length}`)
  meta.set(name, content)
}

const setVariable: SetLayer = ({ meta, vlmeta }, name, content) => {
  if (meta.has(name)) throw usage(`'${name}' is a fixed metalayer`, { option: 'fixed', to: 'set it' })
  vlmeta.set(name, content)
}

function removeLayer({ vlmeta }: Pick<SChunk, 'vlmeta'>, name: string): void {
  if (!vlmeta.delete(name)) throw usage(`there is no metalayer '${name}' of variable length`)
}

/**
 * Sets or removes a metalayer of a frame.
 * @param content msgpack by convention; undefined to remove the layer
 * @param o.fixed a fixed one, which must be there and keeps its size; else one of variable length
 * @throws BlpkError USAGE for names that have another meaning, or another size of a fixed one
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
