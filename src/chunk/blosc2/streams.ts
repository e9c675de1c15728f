// Finds the codec that decodes the streams of a chunk.

import type { Codec } from '../../codecs/codec.js'
import { codecByFormat, codecByPlugin, knownFormat, knownPlugin } from '../../codecs/registry.js'
import { type ErrorPlace, unsupported } from '../../core/errors.js'
import { type Blosc2ChunkHeader, CODEC_FORMAT_UD } from './header.js'

/** The header fields that name the codec of a chunk. */
type CodecFields = Pick<Blosc2ChunkHeader, 'codecFormat' | 'udcodec'>

/** The codec of a chunk; undefined for an unknown one. */
export function knownCodecOf({ codecFormat, udcodec }: CodecFields): Codec | undefined {
  return codecFormat === CODEC_FORMAT_UD ? knownPlugin(udcodec) : knownFormat(codecFormat)
}

/**
 * The codec of a chunk.
 * @throws BlpkError UNSUPPORTED for an unknown codec, or one without dictionaries if the chunk has one
 */
export function codecOf(h: CodecFields & Pick<Blosc2ChunkHeader, 'dictionary'>, place: ErrorPlace): Codec {
  if (h.dictionary && knownCodecOf(h)?.traits.dictionary !== true)
    throw unsupported(`the chunk has a dictionary, which codec format ${h.codecFormat} cannot use`, place)
  return h.codecFormat === CODEC_FORMAT_UD ? codecByPlugin(h.udcodec) : codecByFormat(h.codecFormat)
}
