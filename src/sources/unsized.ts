// Reads files that do not tell their size, such as those in /proc.

import { closeSync, read, type Stats } from 'node:fs'
import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError } from '../core/errors.js'
import { ioError } from '../core/io-errors.js'
import { MemorySource } from './memory.js'
import { StreamSource } from './stream.js'

/** Content up to this size is held in memory, and can be read like any file, in bytes. */
const HELD_BYTES = 1 << 20
const PIECE_BYTES = 1 << 17
/** Files in /sys claim the size of a page, and take no space. */
const MOST_PRETENDED = 1 << 16

/**
 * Whether the reported size of a file may be wrong: files in /proc have content and size 0; files in /sys
 * have the size of a page and less content.
 */
export function mayLieAboutSize(stat: Stats): boolean {
  if (!stat.isFile()) return false
  return stat.size === 0 || (stat.blocks === 0 && stat.size <= MOST_PRETENDED)
}

function readSome(fd: number, name: string, into: Uint8Array, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new BlpkError('INTERRUPTED', 'interrupted'))
    // Reading some of these files waits for data.
    signal?.addEventListener('abort', stop, { once: true })
    read(fd, into, 0, into.length, null, (error, n) => {
      signal?.removeEventListener('abort', stop)
      if (error === null) resolve(n)
      else reject(ioError(error, 'read', name))
    })
  })
}

async function* piecesOf(fd: number, name: string, first: Uint8Array, signal?: AbortSignal) {
  yield first
  for (;;) {
    const piece = new Uint8Array(PIECE_BYTES)
    const n = await readSome(fd, name, piece, signal)
    if (n === 0) return
    yield piece.subarray(0, n)
  }
}

class OwnedStream extends StreamSource {
  readonly #close: () => void

  constructor(from: AsyncIterable<Uint8Array>, name: string, close: () => void) {
    super(from, name)
    this.#close = close
  }

  override async close(): Promise<void> {
    await super.close()
    this.#close()
  }
}

/**
 * Reads an open file of unknown size to its end, like a pipe; a short one is read at once.
 * @param owned whether to close the descriptor afterwards
 * @throws BlpkError IO, INTERRUPTED
 */
export async function openUnsized(
  fd: number,
  name: string,
  owned: boolean,
  signal?: AbortSignal,
): Promise<ByteSource> {
  const close = (): void => {
    if (owned) closeSync(fd)
  }
  const bytes = new Uint8Array(HELD_BYTES)
  let done = 0
  try {
    while (done < bytes.length) {
      const n = await readSome(fd, name, bytes.subarray(done, done + PIECE_BYTES), signal)
      if (n === 0) {
        close()
        return new MemorySource(bytes.slice(0, done), name)
      }
      done += n
    }
  } catch (error) {
    // A pending read must not use a descriptor that was reused for another file.
    if (signal?.aborted !== true) close()
    throw error
  }
  return new OwnedStream(piecesOf(fd, name, bytes, signal), name, close)
}
