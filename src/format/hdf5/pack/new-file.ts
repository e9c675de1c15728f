// A new HDF5 file of one dataset, in groups as its name says.

import type { ByteSink } from '../../../bytes/byte-sink.js'
import { patchable } from '../../../sinks/held.js'
import { layFile } from '../write/lay-file.js'
import { SUPERBLOCK_BYTES } from '../write/superblock.js'
import { inGroups, type NewDataset } from '../write/tree.js'
import type { DatasetFile } from './dataset-file.js'

/** What frames and metadata take besides the plain bytes of their chunks, at most, in bytes. */
const CHUNK_ROOM = 1024
const METADATA_ROOM = 2 ** 20

/** A file that is being written: chunks first, then all that describes them, and the superblock at last. */
export class NewFile implements DatasetFile {
  readonly sink: ByteSink
  readonly #names: readonly string[]

  /** @param names from the root on; the last one is that of the dataset */
  constructor(sink: ByteSink, names: readonly string[]) {
    this.sink = patchable(sink)
    this.#names = names
  }

  async begin(most: { nbytes: number; nchunks: number }): Promise<number> {
    const room = most.nbytes + most.nchunks * CHUNK_ROOM + METADATA_ROOM
    this.sink.expect?.({ front: SUPERBLOCK_BYTES, most: room })
    await this.sink.write(new Uint8Array(SUPERBLOCK_BYTES))
    return SUPERBLOCK_BYTES
  }

  async finish(position: number, dataset: NewDataset): Promise<number> {
    const blocks = layFile(inGroups(this.#names, dataset), position)
    let size = position
    for (let next = blocks.next(); ; next = blocks.next()) {
      if (next.done === true) {
        await this.sink.patch(0, next.value)
        break
      }
      await this.sink.write(next.value)
      size += next.value.length
    }
    await this.sink.commit()
    return size
  }

  async failed(error: unknown): Promise<unknown> {
    await this.sink.discard()
    return error
  }
}
