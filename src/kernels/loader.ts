// The interface of the WebAssembly kernels, and how they are compiled and instantiated.

import { readFileSync } from 'node:fs'

/**
 * The WebAssembly kernels. All pointers are byte positions in the memory the instance was made
 * with, all sizes are bytes. Callers own the bounds of the buffers that they pass; the kernels
 * never write past `capacity` or `nbytes`, whatever the compressed bytes say.
 */
export interface Kernels {
  /** Byte shuffle of `nbytes` bytes: whole items only, the rest is copied as it is. */
  shuffle(typesize: number, nbytes: number, src: number, dst: number): void
  unshuffle(typesize: number, nbytes: number, src: number, dst: number): void
  /** Bit shuffle as C-Blosc 1 does it: all or nothing when the items are not a multiple of 8. `tmp` holds `nbytes`. */
  bitshuffle(typesize: number, nbytes: number, src: number, dst: number, tmp: number): void
  bitunshuffle(typesize: number, nbytes: number, src: number, dst: number, tmp: number): void
  /** LZ4 block. Returns the compressed size, or 0 if it does not fit in `capacity`. `table`: {@link LZ4_TABLE_BYTES}. */
  lz4Compress(
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    acceleration: number,
    table: number,
  ): number
  /** As {@link lz4Compress}, with a dictionary of `dictBytes` bytes, at most 32 KiB, that lies right before `src`. */
  lz4CompressDict(
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    acceleration: number,
    table: number,
    dictBytes: number,
  ): number
  /** Returns the plain size, at most `capacity`, or -1 for a malformed stream. */
  lz4Decompress(src: number, cbytes: number, dst: number, capacity: number): number
  /** As {@link lz4Decompress}, with a dictionary of `dictBytes` bytes that lies right before `dst`. */
  lz4DecompressDict(src: number, cbytes: number, dst: number, capacity: number, dictBytes: number): number
  /** As {@link lz4Decompress}, but ends once `want` bytes are there. Returns how many there are, or -1. */
  lz4DecompressStart(src: number, cbytes: number, dst: number, capacity: number, want: number): number
  /** LZ4 block by hash chains and optimal parsing, level 1 to 12. `scratch`: {@link LZ4HC_SCRATCH_BYTES}. */
  lz4hcCompress(
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    level: number,
    scratch: number,
  ): number
  /** As {@link lz4hcCompress}, with a dictionary of `dictBytes` bytes, at most 32 KiB, that lies right before `src`. */
  lz4hcCompressDict(
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    level: number,
    scratch: number,
    dictBytes: number,
  ): number
  /** BloscLZ stream, level 1 to 9. `table`: {@link BLOSCLZ_TABLE_BYTES}. */
  blosclzCompress(
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    level: number,
    table: number,
  ): number
  blosclzDecompress(src: number, cbytes: number, dst: number, capacity: number): number
  /**
   * Compresses into one Zstandard frame, level 1 to 9, with a raw dictionary of `dictBytes` bytes that lies right before
   * `src`. Returns its size, or 0 if it does not fit in `capacity`. `scratch`:
   * {@link Kernels.zstdCompressScratch}.
   */
  zstdCompress(
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    level: number,
    dictBytes: number,
    scratch: number,
  ): number
  /** Scratch that {@link Kernels.zstdCompress} needs for `nbytes` bytes and their dictionary together, in bytes. */
  zstdCompressScratch(nbytes: number, level: number): number
  /**
   * Compresses into one zlib stream, level 1 to 9. Returns its size, or 0 if it does not fit in `capacity`. `scratch`:
   * {@link Kernels.zlibCompressScratch}.
   */
  zlibCompress(
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    level: number,
    scratch: number,
  ): number
  /** Scratch that {@link Kernels.zlibCompress} needs, in bytes. */
  zlibCompressScratch(level: number): number
  /**
   * A stream of Zstandard frames without dictionary, up to `want` bytes or to its end. Returns how many bytes there are,
   * at most `capacity`, or -1 if it is malformed or not of this kind. `scratch`: {@link ZSTD_SCRATCH_BYTES}.
   */
  zstdDecompress(
    src: number,
    cbytes: number,
    dst: number,
    capacity: number,
    want: number,
    scratch: number,
  ): number
  /**
   * Compresses `streams` streams of `size` bytes that follow one another, each after its size in four bytes.
   * @param codec {@link Codec.kernel}
   * @param level LZ4's acceleration, or the level of the others
   * @param runs 1 to write one repeated byte as Blosc2 does, else 0
   * @returns the size of all, or 0 if they do not fit in `room`
   */
  encodeStreams(
    codec: number,
    src: number,
    streams: number,
    size: number,
    dst: number,
    room: number,
    level: number,
    table: number,
    runs: number,
  ): number
  /**
   * Undoes {@link encodeStreams}, reading `cbytes` bytes at most.
   * @param runs 1 if a stream may be one repeated byte, as in Blosc2, else 0
   * @returns 0 if a stream is malformed, else 1
   */
  decodeStreams(
    codec: number,
    src: number,
    cbytes: number,
    streams: number,
    size: number,
    dst: number,
    runs: number,
  ): number
  /** Copies bytes that do not overlap; faster than a view's `set`, which copies shared memory word by word. */
  copyBytes(dst: number, src: number, nbytes: number): void
  /** Fills with one byte. */
  fillBytes(dst: number, byte: number, nbytes: number): void
  /** dst = a ^ b; the three may be the same. */
  xorBytes(a: number, b: number, nbytes: number, dst: number): void
  /** Undoes the xor of each item of `width` (1, 2, 4, 8) bytes with the one before it, in place. */
  xorPrefix(width: number, nbytes: number, at: number): void
  /** Differences of neighbouring bytes. */
  deltaBytes(src: number, nbytes: number, dst: number): void
  /** Undoes {@link deltaBytes}, in place too. */
  sumBytes(src: number, nbytes: number, dst: number): void
  /** Copies items of `width` (1, 2, 4, 8) bytes with their lowest `bits` bits cleared. */
  clearLowBits(width: number, bits: number, nbytes: number, src: number, dst: number): void
  /** 1 if all bytes are the same. */
  isRun(src: number, nbytes: number): number
  /** 1 where the first `width` bytes repeat to the end. */
  repeats(src: number, width: number, nbytes: number): number
  /** Copies the items that a plan names from one area to another; `runs.ts` says what a plan is. */
  copyRuns(plan: number, axes: number, itemBytes: number, src: number, dst: number): void
  /** The same from a byte-shuffled block, whose byte planes are `plane` bytes apart. */
  joinRuns(plan: number, axes: number, typesize: number, plane: number, src: number, dst: number): void
  /** CRC-32 (IEEE) of the bytes, from an earlier value or 0. */
  crc32(ptr: number, nbytes: number, seed: number): number
  /** Adler-32 of the bytes, from an earlier value or 1. */
  adler32(ptr: number, nbytes: number, seed: number): number
}

/** Scratch that {@link Kernels.lz4Compress} needs, in bytes. */
export const LZ4_TABLE_BYTES = 1 << 16
/** Scratch that {@link Kernels.lz4hcCompress} needs, in bytes. */
export const LZ4HC_SCRATCH_BYTES = (1 << 18) + (1 << 16) + (1 << 11)
/** Scratch that {@link Kernels.blosclzCompress} needs, in bytes. */
export const BLOSCLZ_TABLE_BYTES = 1 << 16
/** Scratch that {@link Kernels.zstdDecompress} needs, in bytes. */
export const ZSTD_SCRATCH_BYTES = (1 << 17) + (1 << 15)
/** One scratch area that is large enough for any kernel, in bytes. */
export const KERNEL_SCRATCH_BYTES = Math.max(
  LZ4_TABLE_BYTES,
  LZ4HC_SCRATCH_BYTES,
  BLOSCLZ_TABLE_BYTES,
  ZSTD_SCRATCH_BYTES,
)
/** The memory below this address belongs to the kernels themselves (constant tables). */
export const KERNEL_RESERVED_BYTES = 1 << 16

let compiled: WebAssembly.Module | undefined

/** Reads and compiles the kernels, once; the module can be sent to workers. */
export function compileKernels(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernels.wasm', import.meta.url)))
  return compiled
}

/** Makes an instance of the kernels over a shared memory. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const instance = new WebAssembly.Instance(module, { env: { memory } })
  return instance.exports as unknown as Kernels
}
