// How frames and chunks are compressed, by the names of codecs and filters.

import { type Blosc2ChunkHeader, CODEC_FORMAT_UD, type FilterSlot } from '../../chunk/blosc2/header.js'
import { namedCodec, numberOf } from '../../chunk/blosc2/params.js'
import { knownFormat, pluginName } from '../../codecs/registry.js'
import { filterById } from '../../filters/registry.js'
import type { FrameHeader } from '../frame/header.js'

export interface FilterInfo {
  name: string
  id: number
  meta: number
}

/** The codec of new chunks, and what it is told. */
export interface CodecInfo {
  codec: string
  codecMeta: number
  level: number
  splitMode: string
  dictionary: boolean
}

function codecNamed(id: number): string {
  return pluginName(id) ?? `codec ${id}`
}

/** The codec of new chunks of a frame. */
export function frameCodec(header: FrameHeader): string {
  const { number, isPlugin } = numberOf(header)
  return isPlugin ? codecNamed(number) : (namedCodec(header)?.name ?? `codec ${number}`)
}

export function codecInfoOf(header: FrameHeader): CodecInfo {
  const { codecMeta, level, splitMode, dictionary } = header
  return { codec: frameCodec(header), codecMeta, level, splitMode, dictionary }
}

export function chunkCodec({
  codecFormat,
  udcodec,
}: Pick<Blosc2ChunkHeader, 'codecFormat' | 'udcodec'>): string {
  if (codecFormat === CODEC_FORMAT_UD) return codecNamed(udcodec)
  return knownFormat(codecFormat)?.name ?? `codec ${codecFormat}`
}

function filterNamed(id: number): string {
  try {
    return filterById(id).name
  } catch {
    return `filter ${id}`
  }
}

export function filtersOf(slots: readonly FilterSlot[]): FilterInfo[] {
  return slots.map(({ id, meta }) => ({ name: filterNamed(id), id, meta }))
}

/** The compression of new chunks, for people. */
export function codecText({ codec, codecMeta, level, splitMode, dictionary }: CodecInfo): string {
  const meta = codecMeta === 0 ? '' : `:${codecMeta}`
  return `${codec}${meta}, level ${level}, split ${splitMode}${dictionary ? ', with dictionaries' : ''}`
}

/** Filters in order, for people. */
export function filterText(filters: readonly FilterInfo[]): string {
  const names = filters.map(({ name, meta }) =>
    meta === 0 ? name : `${name}:${meta > 127 ? meta - 256 : meta}`,
  )
  return names.join(', ') || 'none'
}
