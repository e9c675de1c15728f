import { pluginCodec } from '../../codecs/plugins.js'
import { codecByFormat } from '../../codecs/registry.js'
import { decodeZstd, parseZstdDictionary, type ZstdDictionary } from '../../codecs/zstd-decoder/index.js'
import { damaged, type ErrorPlace, unsupported } from '../../core/errors.js'
import type { MaybePromise } from '../../core/maybe-promise.js'
import type { Workspace } from '../../kernels/workspace.js'
import { type Chunk2Header, CODEC_FORMAT_UD } from './header.js'

const FORMAT_LZ4 = 1
const FORMAT_ZSTD = 4

/**
 * Decodes one stream at `src` in the arena to `dst`, which has room for `nbytes` bytes.
 * @param want how many of them are needed; a codec may stop there
 * @returns how many were decoded, or -1 for a malformed stream
 */
export type StreamDecoder = (
  src: number,
  cbytes: number,
  dst: number,
  nbytes: number,
  want: number,
) => MaybePromise<number>

function lz4WithDictionary(ws: Workspace, dictionary: Uint8Array): StreamDecoder {
  return (src, cbytes, dst, nbytes) => {
    const window = ws.scratch('window', dictionary.length + nbytes)
    const target = window + dictionary.length
    ws.view(window, dictionary.length).set(dictionary)
    const size = ws.kernels.lz4DecompressDict(src, cbytes, target, nbytes, dictionary.length)
    if (size > 0) ws.view(dst, size).set(ws.view(target, size))
    return size
  }
}

function zstdWithDictionary(ws: Workspace, dictionary: ZstdDictionary): StreamDecoder {
  return (src, cbytes, dst, nbytes) => {
    const plain = decodeZstd(ws.view(src, cbytes), dictionary, nbytes)
    if (plain === undefined) return -1
    ws.view(dst, nbytes).set(plain)
    return nbytes
  }
}

function dictionaryDecoder(
  ws: Workspace,
  h: Chunk2Header,
  dictionary: Uint8Array,
  place: ErrorPlace,
): StreamDecoder {
  if (h.codecFormat === FORMAT_LZ4) return lz4WithDictionary(ws, dictionary)
  if (h.codecFormat !== FORMAT_ZSTD)
    throw unsupported(`the chunk has a dictionary for codec format ${h.codecFormat}`, place)
  const parsed = parseZstdDictionary(dictionary)
  if (parsed === undefined) throw damaged('the dictionary of the chunk is malformed', place)
  return zstdWithDictionary(ws, parsed)
}

/**
 * What decodes the streams of a chunk.
 * @param owner what codecs of users are handed along
 * @throws BlpkError UNSUPPORTED for a codec that is not known, DAMAGED for a malformed dictionary
 */
export function streamDecoder(
  ws: Workspace,
  h: Chunk2Header,
  dictionary: Uint8Array | undefined,
  owner: unknown,
  place: ErrorPlace,
): StreamDecoder {
  if (dictionary !== undefined) return dictionaryDecoder(ws, h, dictionary, place)
  if (h.codecFormat === CODEC_FORMAT_UD) {
    const codec = pluginCodec(h.udcodec)
    return (src, cbytes, dst, nbytes) => codec.decode(ws, src, cbytes, dst, nbytes, h.codecMeta, owner)
  }
  const codec = codecByFormat(h.codecFormat)
  return (src, cbytes, dst, nbytes, want) => {
    const started = want < nbytes ? codec.decompressStart?.(ws, src, cbytes, dst, nbytes, want) : undefined
    if (started !== undefined && started >= want) return started
    return codec.decompress(ws, src, cbytes, dst, nbytes)
  }
}
