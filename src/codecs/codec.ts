import type { MaybePromise } from '../core/maybe-promise.js'
import type { Workspace } from '../kernels/workspace.js'

/** A codec over single streams. Addresses are positions in the workspace's arena, sizes are bytes. */
export interface Codec {
  readonly name: string
  /** Number of the stream format in a chunk's flags (C-Blosc README_CHUNK_FORMAT). */
  readonly format: number
  /** Blocks are split into byte planes for it (C-Blosc's forward-compatible split mode). */
  readonly splits: boolean
  /** About how fast it packs and unpacks on one core, in MB/s: decides whether workers are worth their start. */
  readonly speed: { compress: number; decompress: number }
  /** What the kernels that take all streams of a block at once call it, and our levels; only of codecs in there. */
  readonly kernel?: { readonly id: number; level(level: number): number }
  /** It gains from larger blocks, which C-Blosc therefore doubles. */
  readonly highRatio: boolean
  /**
   * Compresses one stream.
   * @param level 1 to 9, as in C-Blosc
   * @returns bytes written at `dst`, at most `capacity`; 0 where the stream does not get smaller than that
   */
  compress(
    ws: Workspace,
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    level: number,
  ): MaybePromise<number>
  /**
   * The same with a dictionary of `dictBytes` bytes, at most 32 KiB, right before `src`; only of codecs that take one,
   * here and now.
   */
  readonly compressDict?:
    | ((
        ws: Workspace,
        src: number,
        nbytes: number,
        dst: number,
        capacity: number,
        level: number,
        dictBytes: number,
      ) => MaybePromise<number>)
    | undefined
  /**
   * Decompresses one stream, and writes no byte beyond `nbytes` whatever the stream says.
   * @returns the plain size, or -1 for a malformed stream
   */
  decompress(ws: Workspace, src: number, cbytes: number, dst: number, nbytes: number): MaybePromise<number>
  /**
   * The same up to the first `want` bytes, where that is cheaper.
   * @returns how many bytes were decompressed; fewer than wanted, or -1, where the whole stream must be tried
   */
  decompressStart?(
    ws: Workspace,
    src: number,
    cbytes: number,
    dst: number,
    nbytes: number,
    want: number,
  ): number
}

/** Copies what a library gave back into the arena, if it fits. */
export function deliver(ws: Workspace, result: Uint8Array, dst: number, capacity: number): number {
  if (result.length > capacity) return 0
  ws.view(dst, result.length).set(result)
  return result.length
}
