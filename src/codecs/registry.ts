// The registry of codecs, built-in and user-defined, by name and number.

import { type ErrorPlace, unsupported, usage } from '../core/errors.js'
import { unknownName } from '../core/nearest.js'
import { checkUserId, USER_IDS } from '../filters/user-ids.js'
import { blosclz } from './blosclz.js'
import type { Codec } from './codec.js'
import { GLOBAL_CODECS } from './global-codecs.js'
import { lz4, lz4hc } from './lz4.js'
import { ndlz } from './ndlz.js'
import { snappy } from './snappy.js'
import { zlib } from './zlib.js'
import { zstd } from './zstd.js'

/** The built-in codecs: those of Blosc 1 in the order of their stream formats, then C-Blosc2's plugins. */
const CODECS = [blosclz, lz4, lz4hc, snappy, zlib, zstd, ndlz] as const satisfies readonly Codec[]

/** Codecs of Bloscpack archives. */
export type CodecName = 'blosclz' | 'lz4' | 'lz4hc' | 'snappy' | 'zlib' | 'zstd'

const codecs = new Map<string, Codec>(CODECS.map((codec) => [codec.name, codec]))
const byNumber = new Map<number, Codec>()
for (const codec of codecs.values()) if (codec.ids.blosc2 !== undefined) byNumber.set(codec.ids.blosc2, codec)

/** All codecs; user codecs come last. */
export function allCodecs(): Codec[] {
  return [...codecs.values()]
}

/** The names of built-in codecs that can write chunks of a format. */
export function builtinNames(format: 'blosc1' | 'blosc2'): string[] {
  const builtin: readonly Codec[] = CODECS
  return builtin
    .filter(({ ids, encode }) => ids[format] !== undefined && encode !== undefined)
    .map(({ name }) => name)
}

/** The codec with a name; undefined if there is none. */
export function knownCodec(name: string): Codec | undefined {
  return codecs.get(name)
}

/** The Blosc 1 codec with this name. @throws BlpkError USAGE if there is none */
export function codecByName(name: string): Codec {
  const found = codecs.get(name)
  if (found?.ids.blosc1 === undefined) throw unknownName('codec', name, builtinNames('blosc1'))
  return found
}

/** The codec that reads a stream format; undefined for an unknown number. */
export function knownFormat(format: number): Codec | undefined {
  const builtin: readonly Codec[] = CODECS
  return builtin.find(({ ids }) => ids.blosc1 === format)
}

/** The codec that reads a stream format. @throws BlpkError UNSUPPORTED for an unknown number */
export function codecByFormat(format: number, place: ErrorPlace = {}): Codec {
  const found = knownFormat(format)
  if (found === undefined)
    throw unsupported(`the chunk was compressed with codec number ${format}, which is not known`, place)
  return found
}

/** The codec with a Blosc2 number; undefined if there is none. */
export function knownNumber(number: number): Codec | undefined {
  return byNumber.get(number)
}

/** The codec that a `udcodec` field names; undefined if there is none, or if it has a stream format. */
export function knownPlugin(number: number): Codec | undefined {
  const found = byNumber.get(number)
  return found?.ids.blosc1 === undefined ? found : undefined
}

/** The codec that a `udcodec` field names. @throws BlpkError UNSUPPORTED for an unknown one */
export function codecByPlugin(number: number): Codec {
  const found = knownPlugin(number)
  if (found !== undefined) return found
  const name = GLOBAL_CODECS.get(number)?.name
  if (name !== undefined) throw unsupported(`the data were compressed with ${name}, which is not supported`)
  const isForUsers = number >= USER_IDS.first
  const how = isForUsers ? '; register it first' : ''
  throw unsupported(
    `the data were compressed with codec number ${number}, which is not known${how}`,
    {},
    isForUsers ? { call: 'registerCodec' } : undefined,
  )
}

/** The name of the codec in a `udcodec` field, registered or only known; undefined for others. */
export function pluginName(number: number): string | undefined {
  return knownPlugin(number)?.name ?? GLOBAL_CODECS.get(number)?.name
}

/** Whether the codec in a `udcodec` field is lossy. Null if unknown. */
export function isLossyPlugin(number: number): boolean | null {
  const found = knownPlugin(number)
  return found === undefined ? (GLOBAL_CODECS.get(number)?.lossy ?? null) : found.traits.lossy === true
}

/** Whether the codec in a `udcodec` field uses the shape of blocks. For an unknown codec: false. */
export function pluginUsesShape(number: number): boolean {
  const found = knownPlugin(number)
  return (found === undefined ? GLOBAL_CODECS.get(number)?.usesShape : found.traits.usesShape) === true
}

/**
 * Registers a codec.
 * @throws BlpkError USAGE for a number or name that is already taken, or a number out of range
 */
export function addCodec(codec: Codec): void {
  const { ids, name } = codec
  const number = ids.blosc2 ?? Number.NaN
  checkUserId(number, { isTaken: byNumber.has(number), isGlobal: GLOBAL_CODECS.has(number), what: 'codec' })
  if (codecs.has(name)) throw usage(`the codec name '${name}' is already taken; choose another one`)
  codecs.set(name, codec)
  byNumber.set(number, codec)
}
