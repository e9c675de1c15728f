import { fstatSync } from 'node:fs'
import type { ByteSource } from './byte-source.js'
import { FileSource } from './file.js'
import { StreamSource } from './stream.js'

const NAME = 'standard input'

/** The source for `-`: seekable where it is a regular file. */
export function openStdin(): ByteSource {
  return fstatSync(0).isFile() ? new FileSource(NAME, 0) : new StreamSource(process.stdin, NAME)
}
