import { closeSync } from 'node:fs'
import type { ByteSource } from '../bytes/byte-source.js'
import { attempt } from '../core/io-errors.js'
import { writeFully } from '../disk/fully.js'
import { openNameless } from '../disk/nameless.js'
import { FileSource } from './file.js'

const PIECE_BYTES = 1 << 20

class HeldSource extends FileSource {
  override close(): void {
    closeSync(this.fd)
  }
}

/**
 * Brings all of a stream into a nameless file, so that it can be read at any position. The stream is not closed.
 * @throws BlpkError IO, NO_SPACE
 */
export async function holdSource(source: ByteSource): Promise<ByteSource> {
  const fd = openNameless()
  try {
    const piece = new Uint8Array(PIECE_BYTES)
    for (let at = 0; ; ) {
      const n = await source.read(at, piece)
      if (n === 0) break
      attempt('write', 'a temporary file', () => writeFully(fd, piece.subarray(0, n), at))
      at += n
    }
    return new HeldSource(source.name, fd)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
