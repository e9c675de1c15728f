// The target of a frame: one file, or a directory with a file for each chunk.

import type { ByteSink } from '../../../bytes/byte-sink.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import type { FilePlace } from '../../../bytes/file-place.js'
import type { MaybePromise } from '../../../core/maybe-promise.js'
import type { LockOptions } from '../../../disk/changing-file.js'
import { replacingDirectory } from '../../../disk/replace.js'
import { DirectorySink, type DirectorySinkOptions } from '../../../sinks/directory.js'
import { patchable } from '../../../sinks/held.js'
import { SPARSE_FRAME_NAME } from '../../frame/magic.js'
import type { DirectoryRules, Output } from '../../output.js'
import { sparseChunkName } from './frame-file.js'

/** Maximum size of a chunk beyond its plain bytes, with its index entry, in bytes. */
const CHUNK_OVERHEAD = 32 + 16
/** Space for index and trailer of a small frame, in bytes. */
const END_ROOM = 1 << 20
/** A lock file of C-Blosc2, which is not part of the frame. */
const LOCK_NAME = '.b2lock'
const CHUNK_NAME = /^[0-9A-F]{8}\.chunk$/

/** What is known about a frame before it is written. */
interface FrameRoom {
  headerBytes: number
  /** Maximum of plain bytes and chunks, if known. */
  most: { nbytes: number; nchunks: number } | undefined
  /** Whether chunks will be copied from other places. */
  copies: boolean
}

/** Final header, index and trailer of a frame. */
export interface FinishedEnds {
  header: Uint8Array
  index: Uint8Array
  trailer: Uint8Array
}

/** The target of a frame. The output becomes valid with `finish`. */
export interface FrameTarget {
  /** Chunks have separate files, whose numbers are in the index. */
  readonly sparse: boolean
  /** Whether it may copy bytes of another place itself. */
  readonly canCopy: boolean
  begin(room: FrameRoom): MaybePromise<void>
  /** @param number of the chunk's file, in a sparse frame */
  put(number: number, chunk: Uint8Array): MaybePromise<void>
  /** The same, if another thread may write it. @returns where to write it, if that was not done here */
  hand(number: number, chunk: Uint8Array): MaybePromise<FilePlace | undefined>
  /** Copies bytes of another place from `start` to `stop`. @returns false if not possible */
  copy(source: ByteSource, start: number, stop: number): MaybePromise<boolean>
  finish(ends: FinishedEnds): Promise<void>
  discard(): MaybePromise<void>
}

/**
 * A frame in one file: header, chunks, index, trailer. The header is patched; unpatchable outputs are held
 * back.
 */
class ContiguousTarget implements FrameTarget {
  readonly sparse = false
  readonly #sink: ByteSink

  constructor(sink: ByteSink) {
    this.#sink = patchable(sink)
  }

  get canCopy(): boolean {
    return this.#sink.copy !== undefined
  }

  async begin({ headerBytes, most, copies }: FrameRoom): Promise<void> {
    const room = most && headerBytes + most.nbytes + most.nchunks * CHUNK_OVERHEAD + END_ROOM
    this.#sink.expect?.({ front: headerBytes, most: room, ...(copies && { copies }) })
    await this.#sink.write(new Uint8Array(headerBytes))
  }

  put(_number: number, chunk: Uint8Array): MaybePromise<void> {
    return this.#sink.write(chunk)
  }

  async hand(_number: number, chunk: Uint8Array): Promise<FilePlace | undefined> {
    const place = this.#sink.reserve?.(chunk.length)
    if (place === undefined) await this.#sink.write(chunk)
    return place
  }

  async copy(source: ByteSource, start: number, stop: number): Promise<boolean> {
    return (await this.#sink.copy?.(source, start, stop)) === true
  }

  async finish({ header, index, trailer }: FinishedEnds): Promise<void> {
    await this.#sink.write(index)
    await this.#sink.write(trailer)
    await this.#sink.patch(0, header)
    await this.#sink.commit()
  }

  discard(): MaybePromise<void> {
    return this.#sink.discard()
  }
}

/** The files of a sparse frame. A directory with any other file is not replaced. */
const SPARSE_FILES: DirectoryRules = {
  mayReplace: (name) => name === SPARSE_FRAME_NAME || name === LOCK_NAME || CHUNK_NAME.test(name),
  example: SPARSE_FRAME_NAME,
  keeps: LOCK_NAME,
}

/** How a directory is written. */
export type SparseOptions = LockOptions &
  Pick<DirectorySinkOptions, 'like' | 'within'> & { overwrite?: boolean }

/**
 * A sparse frame: a directory with a file for each chunk and one for everything else (README_SFRAME_FORMAT).
 * It appears under its name when it is complete.
 */
export class SparseTarget implements FrameTarget {
  readonly sparse = true
  readonly canCopy = false
  readonly #sink: DirectorySink

  constructor(sink: DirectorySink) {
    this.#sink = sink
  }

  /** @throws BlpkError EXISTS, also for a directory with other content; NOT_FOUND, IO */
  static at(path: string, { overwrite = false, like, within, ...lock }: SparseOptions = {}): SparseTarget {
    const beforeReplace = replacingDirectory(lock)
    return new SparseTarget(
      new DirectorySink(path, { ...SPARSE_FILES, overwrite, like, within, beforeReplace }),
    )
  }

  /** Total size of the files so far, in bytes. */
  get size(): number {
    return this.#sink.size
  }

  begin(): void {}

  copy(): boolean {
    return false
  }

  put(number: number, chunk: Uint8Array): Promise<void> {
    return this.#sink.write(sparseChunkName(number), [chunk])
  }

  async hand(number: number, chunk: Uint8Array): Promise<undefined> {
    await this.put(number, chunk)
  }

  /** Writes the file with everything else, and makes the directory visible. */
  async finishWith(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    await this.#sink.write(SPARSE_FRAME_NAME, pieces)
    await this.#sink.commit()
  }

  finish({ header, index, trailer }: FinishedEnds): Promise<void> {
    return this.finishWith([header, index, trailer])
  }

  discard(): void {
    this.#sink.discard()
  }
}

/** Possible targets of a frame. */
export type FrameOutput = ByteSink | SparseTarget

/** Opens an output for a frame in one file, or for a sparse one. */
export async function openFrameOutput(output: Output, sparse: boolean): Promise<FrameOutput> {
  return sparse ? new SparseTarget(await output.directory(SPARSE_FILES)) : output.bytes()
}

export function targetOf(output: FrameOutput): FrameTarget {
  return output instanceof SparseTarget ? output : new ContiguousTarget(output)
}
