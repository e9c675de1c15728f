// Overwrites and extends the items of a super-chunk.

import type { ChunkExtent, ChunkList, Entry } from '../../chunks/chunk-list.js'
import type { ArrayRun } from '../chunks/array-writer.js'
import { type ChunkPacker, pieces } from './chunk-packer.js'
import { defaultChunksize } from './schunk-options.js'

/** A super-chunk whose items are written. */
export interface Changing {
  list: ChunkList
  packer: ChunkPacker
  /** Size of an item, in bytes. */
  typesize: number
  /** The plain bytes of a chunk, as they are stored. */
  storedChunk(index: number): Promise<Uint8Array>
}

/** Puts other values over the plain bytes from `at` on, as far as there are some. */
export async function overwrite(
  { list, packer, storedChunk }: Changing,
  at: number,
  values: Uint8Array,
): Promise<void> {
  const places: ChunkExtent[] = []
  for await (const place of list.within(at, Math.min(at + values.length, list.nbytes))) places.push(place)
  await packer.all(
    {
      nchunks: places.length,
      chunkBytes: places.reduce((most, { nbytes }) => Math.max(most, nbytes), 0),
      fill: async (room, i) => {
        const place = places[i]
        if (place === undefined) return undefined
        const { index, start, nbytes } = place
        const [a, b] = [Math.max(at, start), Math.min(at + values.length, start + nbytes)]
        if (b - a < nbytes) room.set(await storedChunk(index))
        room.set(values.subarray(a - at, b - at), a - start)
        return nbytes
      },
      take: async (packed, i, nbytes) => {
        await list.splice(places[i]?.index ?? 0, 1, [packer.keep(packed.slice())], [nbytes])
        return undefined
      },
    },
    (i) => places[i]?.start ?? 0,
  )
}

/** Adds values after the end: the last chunk is filled up first. */
export async function extend(
  { list, packer, storedChunk, typesize }: Changing,
  values: Uint8Array,
): Promise<void> {
  if (values.length === 0) return
  const isNew = list.entries.length === 0 && list.chunksize === 0
  if (isNew) list.chunksize = defaultChunksize(typesize)
  const size = list.chunksize > 0 ? list.chunksize : defaultChunksize(typesize)
  let first = 0
  const last = list.entries.length - 1
  const lastSize = last < 0 || list.chunksize === 0 ? size : (await list.extent(last))[1]
  if (lastSize < size) {
    first = Math.min(size - lastSize, values.length)
    const plain = new Uint8Array(lastSize + first)
    plain.set(await storedChunk(last))
    plain.set(values.subarray(0, first), lastSize)
    await list.splice(last, 1, [await packer.one(plain, list.nbytes - lastSize)], [plain.length])
  }
  const entries: Entry[] = []
  const sizes: number[] = []
  const before = list.nbytes
  await packer.all(
    {
      ...pieces(values.subarray(first), size),
      take: (packed, _i, nbytes) => {
        entries.push(packer.keep(packed.slice()))
        sizes.push(nbytes)
        return undefined
      },
    },
    (i) => before + i * size,
  )
  await list.splice(list.entries.length, 0, entries, sizes)
}

/** Packs chunks of an array in the place of those that there are. */
export async function replaceChunks(
  { list, packer }: Changing,
  { places, nbytes, fill }: ArrayRun,
): Promise<void> {
  const put = (i: number, entry: Entry): Promise<void> => list.splice(places[i] ?? 0, 1, [entry], [nbytes])
  await packer.all(
    {
      nchunks: places.length,
      chunkBytes: nbytes,
      fill: async (room, i) => {
        if (i === places.length) return undefined
        await fill(room.subarray(0, nbytes), i)
        return nbytes
      },
      take: async (packed, i) => {
        await put(i, packer.keep(packed.slice()))
        return undefined
      },
    },
    (i) => (places[i] ?? 0) * nbytes,
  )
}
