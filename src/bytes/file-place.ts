// Positions in open files, for threads that read or write there themselves.

import type { ByteSource } from './byte-source.js'

/** A place in a file, for whichever thread is to read or write there. */
export interface FilePlace {
  /** Open descriptor. */
  fd: number
  /** In bytes. */
  position: number
  /** Name of the file, for messages. */
  name: string
}

/** Where bytes of a source lie in a file that other threads may read, if they do. */
export function placeInFile(source: ByteSource, position: number, nbytes: number): FilePlace | undefined {
  const { fd, name } = source
  return fd === undefined || source.inFile?.(position, nbytes) === false ? undefined : { fd, position, name }
}
