import { type ErrorPlace, unsupported, usage } from '../core/errors.js'
import { blosclz } from './blosclz.js'
import type { Codec } from './codec.js'
import { lz4, lz4hc } from './lz4.js'
import { snappy } from './snappy.js'
import { zlib } from './zlib.js'
import { zstd } from './zstd.js'

/** Every codec, in the order of their formats. */
export const CODECS: readonly Codec[] = [blosclz, lz4, lz4hc, snappy, zlib, zstd]

export type CodecName = 'blosclz' | 'lz4' | 'lz4hc' | 'snappy' | 'zlib' | 'zstd'

/** @throws BlpkError USAGE for a name that is none of {@link CODECS} */
export function codecByName(name: string): Codec {
  const found = CODECS.find((codec) => codec.name === name)
  if (found === undefined) {
    throw usage(`unknown codec '${name}' (there are ${CODECS.map((codec) => codec.name).join(', ')})`)
  }
  return found
}

/** The codec that reads a stream format. @throws BlpkError UNSUPPORTED for a number that has none */
export function codecByFormat(format: number, place: ErrorPlace = {}): Codec {
  const found = CODECS.find((codec) => codec.format === format)
  if (found === undefined)
    throw unsupported(`the chunk was compressed by codec number ${format}, which is not known`, place)
  return found
}
