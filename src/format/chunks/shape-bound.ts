// Finds chunks that are only valid with the block shape they were packed with.

import { type Blosc2ChunkHeader, CODEC_FORMAT_UD } from '../../chunk/blosc2/header.js'
import { numberOf } from '../../chunk/blosc2/params.js'
import { pluginUsesShape } from '../../codecs/registry.js'
import { filtersUseShape } from '../../filters/registry.js'
import type { FrameHeader } from '../frame/header.js'

/** Whether codec or filter of a chunk uses the shape of blocks. */
export function isShapeBound(h: Blosc2ChunkHeader): boolean {
  const { codecFormat, udcodec, filters, special, memcpyed } = h
  if (special !== 'none' || memcpyed) return false
  return (codecFormat === CODEC_FORMAT_UD && pluginUsesShape(udcodec)) || filtersUseShape(filters)
}

/** The same for chunks that are added to a frame. */
export function makesShapeBound(header: FrameHeader): boolean {
  const { number, isPlugin } = numberOf(header)
  return (isPlugin && pluginUsesShape(number)) || filtersUseShape(header.filters)
}
