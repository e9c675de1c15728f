// A source that ignores `close`, because its owner will use it again.

import type { ByteSource, ByteSpan } from '../bytes/byte-source.js'

export class KeptOpenSource implements ByteSource {
  readonly name: string
  readonly size: number | undefined
  readonly seekable: boolean
  declare readonly fd?: number
  declare readonly onlyWhole?: string
  declare readonly willRead?: (start: number, stop: number) => void
  declare readonly willReadParts?: (ranges: readonly ByteSpan[]) => void
  readonly #source: ByteSource

  constructor(source: ByteSource) {
    this.name = source.name
    this.size = source.size
    this.seekable = source.seekable
    if (source.fd !== undefined) this.fd = source.fd
    if (source.onlyWhole !== undefined) this.onlyWhole = source.onlyWhole
    if (source.willRead !== undefined) this.willRead = source.willRead.bind(source)
    if (source.willReadParts !== undefined) this.willReadParts = source.willReadParts.bind(source)
    this.#source = source
  }

  read(position: number, into: Uint8Array): number | Promise<number> {
    return this.#source.read(position, into)
  }

  inFile(position: number, nbytes: number): boolean {
    return this.#source.inFile?.(position, nbytes) ?? true
  }

  close(): void {}
}
