import { unsupported, usage } from '../../../core/errors.js'
import { objectOf } from '../../../core/json/edit.js'
import type { LockOptions } from '../../../disk/changing-file.js'
import type { PlaceSettings } from '../../../store/settings.js'
import { OWN_LAYER } from '../chunks/frame-ids.js'
import { B2ND_LAYER, CATERVA_LAYER } from '../frame/array-layer.js'
import type { Layers } from '../frame/layers.js'
import { jsonOfMsgpack } from '../msgpack/to-json.js'
import { type ChangeOptions, changeFrame } from './change.js'
import { SChunk } from './schunk.js'

/** The metalayers of a frame, as they were when it was opened. */
export class MetaStore {
  readonly #meta: Layers
  readonly #vlmeta: Layers

  private constructor({ meta, vlmeta }: SChunk) {
    this.#meta = meta
    this.#vlmeta = vlmeta
  }

  /** @throws BlpkError NOT_FOUND, IO, DAMAGED, UNSUPPORTED */
  static async open(path: string, options: LockOptions & PlaceSettings = {}): Promise<MetaStore> {
    const schunk = await SChunk.open(path, options)
    try {
      return new MetaStore(schunk)
    } finally {
      await schunk.close()
    }
  }

  /**
   * The stored bytes of a metalayer.
   * @param fixed look among the fixed ones alone; else those of variable length come first
   * @throws BlpkError USAGE where there is none of the name
   */
  get(name: string, fixed = false): Uint8Array {
    const bytes = (fixed ? undefined : this.#vlmeta.get(name)) ?? this.#meta.get(name)
    if (bytes !== undefined) return bytes
    const names = [...this.#vlmeta.keys(), ...this.#meta.keys()]
    throw usage(`there is no metalayer '${name}' (there are: ${names.join(', ') || 'none'})`)
  }

  /** The content as JSON. @throws BlpkError UNSUPPORTED where it is no msgpack */
  jsonOf(name: string, bytes: Uint8Array): string {
    try {
      return jsonOfMsgpack(bytes)
    } catch (error) {
      const { message } = error as Error
      throw unsupported(`the metalayer '${name}' holds no msgpack value (${message})`, {}, { option: 'raw' })
    }
  }

  /** All of them as JSON objects; contents that are no msgpack as `{"$bytes": base64}`. */
  json(): { meta: string; vlmeta: string } {
    return { meta: objectJson(this.#meta), vlmeta: objectJson(this.#vlmeta) }
  }
}

function objectJson(layers: Layers): string {
  return objectOf([...layers].map(([key, bytes]) => ({ key, value: anyJson(bytes) })))
}

function anyJson(bytes: Uint8Array): string {
  try {
    return jsonOfMsgpack(bytes)
  } catch {
    return `{"$bytes":"${Buffer.from(bytes).toString('base64')}"}`
  }
}

/** Layers that say what other parts of the frame are. */
function checkFree(name: string): void {
  if (name === B2ND_LAYER || name === CATERVA_LAYER)
    throw usage(`the metalayer '${name}' says what shape the array has: append to it, or resize it`)
  if (name === OWN_LAYER || name.startsWith(`${OWN_LAYER}-`))
    throw usage(`the metalayer '${name}' is kept by blpk itself`)
}

/**
 * Sets a metalayer of a frame, in one step (see {@link changeFrame}).
 * @param content msgpack by convention
 * @param options.fixed a fixed one, which must be there and keeps its size; else one of variable length
 * @throws BlpkError USAGE for names that have another meaning, or another size of a fixed one
 */
export async function setMetalayer(
  path: string,
  name: string,
  content: Uint8Array,
  { fixed = false, ...options }: ChangeOptions & { fixed?: boolean } = {},
): Promise<void> {
  checkFree(name)
  await changeFrame(
    path,
    async ({ meta, vlmeta }) => {
      const there = meta.get(name)
      if (fixed && there === undefined)
        throw usage(`there is no fixed metalayer '${name}'; fixed ones are made with the frame`)
      if (fixed && there?.length !== content.length)
        throw usage(`the fixed metalayer '${name}' has ${there?.length} bytes, not ${content.length}`)
      if (!fixed && there !== undefined)
        throw usage(`'${name}' is a fixed metalayer`, { option: 'fixed', to: 'set it' })
      if (fixed) meta.set(name, content)
      else vlmeta.set(name, content)
    },
    options,
  )
}

/** Removes a metalayer of variable length, in one step. @throws BlpkError USAGE where there is none */
export async function removeMetalayer(
  path: string,
  name: string,
  options: ChangeOptions = {},
): Promise<void> {
  checkFree(name)
  await changeFrame(
    path,
    async ({ vlmeta }) => {
      if (!vlmeta.delete(name)) throw usage(`there is no metalayer '${name}' of variable length`)
    },
    options,
  )
}
