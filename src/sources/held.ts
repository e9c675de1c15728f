// Streams that are read at any position: they are copied to a temporary file.

import type { ByteSource } from '../bytes/byte-source.js'
import { TemporaryFile } from '../disk/temporary-file.js'
import { FileSource } from './file.js'

const PIECE_BYTES = 1 << 20

class HeldSource extends FileSource {
  readonly #file: TemporaryFile

  constructor(name: string, file: TemporaryFile) {
    super(name, file.fd)
    this.#file = file
  }

  override close(): void {
    this.#file.close()
  }
}

/**
 * Copies a whole stream to a temporary file, so that it can be read at any position. The stream is not
 * closed.
 * @throws BlpkError IO, NO_SPACE
 */
export async function holdSource(source: ByteSource): Promise<ByteSource> {
  const file = new TemporaryFile(undefined, 'a temporary file')
  try {
    const piece = new Uint8Array(PIECE_BYTES)
    for (let n = await source.read(0, piece); n > 0; n = await source.read(file.size, piece))
      file.append(piece.subarray(0, n))
    return new HeldSource(source.name, file)
  } catch (error) {
    file.close()
    throw error
  }
}
