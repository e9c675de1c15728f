// Which parts of an HDF5 file a change may alter: the superblock, and the headers of datasets that can grow.

import type { ByteSource } from '../../bytes/byte-source.js'
import type { Mutable, MutableParts, Range, ReadSome } from '../../bytes/mutable-parts.js'

/** Of the smallest file: its superblock. */
const HEAD_BYTES = 48

function sourceOf(read: ReadSome): ByteSource {
  return {
    name: 'the file',
    size: undefined,
    seekable: true,
    async read(position, into) {
      const bytes = await read(position, into.length)
      into.set(bytes)
      return bytes.length
    },
    close() {},
  }
}

/** Ranges that are this close are one: headers lie side by side, and each range costs time in every read. */
const NEAR_BYTES = 1024

function merged(ranges: readonly Range[]): Range[] {
  const all: [start: number, nbytes: number][] = []
  for (const [start, nbytes] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = all.at(-1)
    if (last !== undefined && start <= last[0] + last[1] + NEAR_BYTES)
      last[1] = Math.max(last[1], start + nbytes - last[0])
    else all.push([start, nbytes])
  }
  return all
}

/** HDF5 files: an append adds chunks at the end, and writes to the header of its dataset and to the superblock. */
export const MUTABLE: MutableParts = {
  headBytes: HEAD_BYTES,

  async parts(read, _frontOnly, inner): Promise<Mutable> {
    const [{ openFile }, { superblockBytes }, { growingParts }] = await Promise.all([
      import('./structure/tree.js'),
      import('./change/superblock-fields.js'),
      import('./change/growing-parts.js'),
    ])
    const file = await openFile(sourceOf(read), true)
    const front: Range[] = [[file.superblock.position, superblockBytes(file.superblock)]]
    front.push(...(await growingParts(file, inner)))
    return { front: merged(front), last: undefined }
  },

  async frontOf(read) {
    const { readSuperblock } = await import('./structure/superblock.js')
    const { steadyBytes } = await import('./change/superblock-fields.js')
    const superblock = await readSuperblock(sourceOf(read))
    return { header: superblock.position + steadyBytes(superblock), chunks: undefined }
  },
}
