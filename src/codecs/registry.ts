// All codecs, built in or registered, by name and number.

import { type ErrorPlace, unsupported, usage } from '../core/errors.js'
import { unknownName } from '../core/nearest.js'
import { checkUserId, USER_IDS } from '../filters/registry.js'
import { blosclz } from './blosclz.js'
import type { Codec } from './codec.js'
import { GLOBAL_CODECS } from './global-codecs.js'
import { lz4, lz4hc } from './lz4.js'
import { ndlz } from './ndlz.js'
import { snappy } from './snappy.js'
import { zlib } from './zlib.js'
import { zstd } from './zstd.js'

/** The built-in codecs: those of Blosc 1 in the order of their stream formats, then those of C-Blosc2's own plugins. */
const CODECS = [blosclz, lz4, lz4hc, snappy, zlib, zstd, ndlz] as const satisfies readonly Codec[]

/** Codecs that Bloscpack archives have. */
export type CodecName = 'blosclz' | 'lz4' | 'lz4hc' | 'snappy' | 'zlib' | 'zstd'

const codecs = new Map<string, Codec>(CODECS.map((codec) => [codec.name, codec]))
const byNumber = new Map<number, Codec>()
for (const codec of codecs.values()) if (codec.ids.blosc2 !== undefined) byNumber.set(codec.ids.blosc2, codec)

/** All codecs, those of users last. */
export function allCodecs(): Codec[] {
  return [...codecs.values()]
}

/** The names of built-in codecs that write chunks of a format. */
export function builtinNames(format: 'blosc1' | 'blosc2'): string[] {
  const builtin: readonly Codec[] = CODECS
  return builtin
    .filter(({ ids, encode }) => ids[format] !== undefined && encode !== undefined)
    .map(({ name }) => name)
}

/** The codec of a name; undefined if there is none. */
export function knownCodec(name: string): Codec | undefined {
  return codecs.get(name)
}

/** The codec of Blosc 1 that has this name. @throws BlpkError USAGE if there is none */
export function codecByName(name: string): Codec {
  const found = codecs.get(name)
  if (found?.ids.blosc1 === undefined) throw unknownName('codec', name, builtinNames('blosc1'))
  return found
}

/** The codec that reads a stream format; undefined for a number that has none. */
export function knownFormat(format: number): Codec | undefined {
  const builtin: readonly Codec[] = CODECS
  return builtin.find(({ ids }) => ids.blosc1 === format)
}

/** The codec that reads a stream format. @throws BlpkError UNSUPPORTED for a number that has none */
export function codecByFormat(format: number, place: ErrorPlace = {}): Codec {
  const found = knownFormat(format)
  if (found === undefined)
    throw unsupported(`the chunk was compressed by codec number ${format}, which is not known`, place)
  return found
}

/** The codec of a number of Blosc2; undefined if there is none. */
export function knownNumber(number: number): Codec | undefined {
  return byNumber.get(number)
}

/** The codec that a `udcodec` field names; undefined if there is none, or one that has a stream format. */
export function knownPlugin(number: number): Codec | undefined {
  const found = byNumber.get(number)
  return found?.ids.blosc1 === undefined ? found : undefined
}

/** The codec that a `udcodec` field names. @throws BlpkError UNSUPPORTED for one that is not known */
export function codecByPlugin(number: number): Codec {
  const found = knownPlugin(number)
  if (found !== undefined) return found
  const name = GLOBAL_CODECS.get(number)?.name
  if (name !== undefined) throw unsupported(`the data were compressed by ${name}, which is not supported`)
  const isForUsers = number >= USER_IDS.first
  const how = isForUsers ? '; register it first' : ''
  throw unsupported(
    `the data were compressed by codec number ${number}, which is not known${how}`,
    {},
    isForUsers ? { call: 'registerCodec' } : undefined,
  )
}

/** What the codec of a `udcodec` field is called, registered or only known; undefined for others. */
export function pluginName(number: number): string | undefined {
  return knownPlugin(number)?.name ?? GLOBAL_CODECS.get(number)?.name
}

/** Does the codec of a `udcodec` field change values? Null if nobody knows. */
export function isLossyPlugin(number: number): boolean | null {
  const found = knownPlugin(number)
  return found === undefined ? (GLOBAL_CODECS.get(number)?.lossy ?? null) : found.traits.lossy === true
}

/** Does the codec of a `udcodec` field look at the shape of blocks? Of one that is not known nobody can tell: false. */
export function pluginUsesShape(number: number): boolean {
  const found = knownPlugin(number)
  return (found === undefined ? GLOBAL_CODECS.get(number)?.usesShape : found.traits.usesShape) === true
}

/** Adds a codec. @throws BlpkError USAGE for a number or a name that is taken, or a number out of range */
export function addCodec(codec: Codec): void {
  const { ids, name } = codec
  const number = ids.blosc2 ?? Number.NaN
  checkUserId(number, { isTaken: byNumber.has(number), isGlobal: GLOBAL_CODECS.has(number), what: 'codec' })
  if (codecs.has(name)) throw usage(`the codec name '${name}' is taken; choose another one`)
  codecs.set(name, codec)
  byNumber.set(number, codec)
}
