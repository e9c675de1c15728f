// The interface of codecs, both built-in and user-defined.

import type { ErrorPlace } from '../core/errors.js'
import type { Loadable } from '../core/loading.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { SChunkTraits } from '../core/schunk-traits.js'
import type { Workspace } from '../kernels/workspace.js'

/** Numbers of a codec. Without a number in a format, it cannot be used there. */
interface CodecIds {
  /** Of its stream format in the flags of a chunk (C-Blosc README_CHUNK_FORMAT): of codecs of Blosc 1. */
  readonly blosc1?: number
  /** Of the codec itself in frames of C-Blosc2; without a stream format also in the `udcodec` field of chunks. */
  readonly blosc2?: number
}

/** How a codec behaves. */
export interface CodecTraits {
  /** When blocks are split into byte planes. */
  readonly splits: {
    /** In C-Blosc's forward-compatible split mode. */
    readonly blosc1: boolean
    /** In C-Blosc2's split mode `auto`, for shuffled data: up to this level; 0 for never. */
    readonly blosc2: number
  }
  /** It benefits from larger blocks, so C-Blosc doubles them. */
  readonly highRatio: boolean
  /** Approximate speed on one core, in MB/s. Decides whether starting threads pays off. */
  readonly speed: { readonly compress: number; readonly decompress: number }
  /** It may run in worker threads. */
  readonly threads: boolean
  /** Values are not restored exactly. */
  readonly lossy?: boolean
  /** It can use a dictionary. */
  readonly dictionary?: boolean
  /** It looks at the shape of blocks: what it packed does not move into a frame where they have another one, or none. */
  readonly usesShape?: boolean
}

/** Description of the chunk that a codec decodes. */
export interface CodecContext {
  /** The codec's meta byte. */
  readonly meta: number
  /** Size of an item, in bytes. */
  readonly typesize: number
  /** Shape of the blocks in items, if the super-chunk holds an array; blocks at the edges are padded to it. */
  readonly blockshape: readonly number[] | undefined
  /** The dictionary of the chunk, for codecs that can use one. */
  readonly dictionary: Uint8Array | undefined
  readonly schunk: SChunkTraits
}

/** Description of the chunk that a codec encodes. */
export interface EncodeContext extends CodecContext {
  /** 1 to 9. */
  readonly level: number
}

/**
 * One stream and what is known of its chunk. Addresses are positions in the workspace's arena, sizes are bytes.
 * The same object serves all streams of a chunk, so that the hot path allocates nothing: its fields hold until
 * `encode` or `decode` returns, not until its promise is kept.
 */
export class StreamContext implements EncodeContext {
  readonly ws: Workspace
  readonly level: number
  readonly meta: number
  readonly typesize: number
  readonly blockshape: readonly number[] | undefined
  readonly schunk: SChunkTraits
  readonly place: ErrorPlace
  /** When encoding, it also lies right before `src` in the arena. */
  dictionary: Uint8Array | undefined
  src = 0
  srcBytes = 0
  dst = 0
  /** Room at `dst`; when decoding, the plain size of the stream. */
  dstBytes = 0
  /** When decoding: how many bytes from the start are needed. The codec may stop there. */
  want = 0

  /** @param how `level`: only for encoding */
  constructor(
    ws: Workspace,
    { schunk, blockshape }: Pick<CodecContext, 'schunk'> & Partial<Pick<CodecContext, 'blockshape'>>,
    { level = 0, meta = 0, place = {} }: { level?: number; meta?: number; place?: ErrorPlace } = {},
  ) {
    this.ws = ws
    this.level = level
    this.meta = meta
    this.typesize = schunk.typesize
    this.blockshape = blockshape
    this.schunk = schunk
    this.place = place
  }

  /** Points to the next stream. */
  stream(src: number, srcBytes: number, dst: number, dstBytes: number): void {
    this.src = src
    this.srcBytes = srcBytes
    this.dst = dst
    this.dstBytes = dstBytes
  }
}

/** What the kernels for all streams of a block need to know of a codec. */
interface BlockKernel {
  /** What they call it. */
  readonly id: number
  /** Whether they decode it too. */
  readonly decodes: boolean
  /** What they call our levels. */
  level(level: number): number
  /** Scratch for compressing streams of `nbytes` bytes. Default: the table of the workspace. */
  scratch?(ws: Workspace, nbytes: number, level: number): number
}

/** A codec, which compresses single streams. */
export interface Codec extends Loadable {
  readonly ids: CodecIds
  readonly traits: CodecTraits
  /** How the kernels take all streams of a block at once; only of codecs in there. */
  readonly kernel?: BlockKernel
  /** The module that registers it, if known. Worker threads import it. */
  readonly module?: string | undefined
  /**
   * Compresses one stream. Undefined if the codec can only be read.
   * @returns bytes written at `dst`, at most `dstBytes`; 0 if the stream does not get smaller than that
   */
  encode?(c: StreamContext): MaybePromise<number>
  /**
   * Decompresses one stream, and writes no byte beyond `dstBytes` whatever the stream says.
   * @returns how many bytes were decompressed, at least `want`; -1 for a malformed stream
   */
  decode(c: StreamContext): MaybePromise<number>
}

/** Copies the output of a library back into the arena, if it fits. */
export function deliver(ws: Workspace, result: Uint8Array, dst: number, capacity: number): number {
  if (result.length > capacity) return 0
  ws.view(dst, result.length).set(result)
  return result.length
}
