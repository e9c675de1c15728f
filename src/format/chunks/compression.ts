// Blosc2 compression: from the options that all containers share, and back to words.

import { isLossyPlugin, knownCodec } from '../../codecs/registry.js'
import { usage } from '../../core/errors.js'
import type { PackOptions } from '../pack-options.js'
import type { FrameChecksum } from './checksums.js'
import { type CompressionOptions, filtersAsked } from './cparams.js'
import { lossyFilters } from './lossy.js'

/** The requested checksum of a frame. @throws BlpkError USAGE for one that frames do not support */
export function frameChecksum({ checksum }: PackOptions): { checksum?: FrameChecksum } {
  if (checksum === undefined) return {}
  const name = checksum.toLowerCase()
  if (name === 'none' || name === 'xxh64') return { checksum: name }
  throw usage(`the checksum of a Blosc2 frame is xxh64 or none, not ${checksum}`)
}

/** The same options by their names for frames. */
export function compressionOf(o: PackOptions): CompressionOptions {
  const filters = filtersAsked(o)
  return {
    ...(o.codec !== undefined && { codec: o.codec }),
    ...(o.codecMeta !== undefined && { codecMeta: o.codecMeta & 0xff }),
    ...(o.level !== undefined && { level: o.level }),
    ...(filters !== undefined && { filters }),
    ...(o.splitMode !== undefined && { splitMode: o.splitMode }),
    ...(o.dictionary !== undefined && { dictionary: o.dictionary }),
    ...(o.blockSize !== undefined && { blockSize: o.blockSize }),
    ...(o.force === true && { force: true }),
  }
}

function isLossyName(codec: string): boolean {
  if (/^\d+$/.test(codec)) return isLossyPlugin(Number(codec)) === true
  return knownCodec(codec)?.traits.lossy === true
}

/** Names of codec and filters in JSON. */
export interface CompressionFacts {
  codec: string
  level: number
  filters: string[]
  lossy: boolean
}

export function compressionFacts(o: CompressionOptions): CompressionFacts {
  const filters = (o.filters ?? ['shuffle']).map((option) => {
    if (typeof option !== 'object') return `${option}`
    return option.meta === undefined ? `${option.filter}` : `${option.filter}:${option.meta}`
  })
  const lossy = lossyFilters(o.filters).length > 0 || (o.codec !== undefined && isLossyName(`${o.codec}`))
  return { codec: `${o.codec ?? 'zstd'}`, level: o.level ?? 5, filters, lossy }
}

/** The same in words. */
export function compressionText({ codec, level, filters, lossy }: CompressionFacts): string {
  const loss = lossy ? '; lossy: values are not restored exactly' : ''
  return `codec ${codec}, level ${level}, filters ${filters.join(', ') || 'none'}${loss}`
}
