import { changeArray, changeFrame, type Disk, NDArray, SChunk } from '../../dist/index.js'
import { makeData } from '../support/data.js'
import type { Kind, Shape } from './shapes.js'

const CHUNK = 2000
const ROW = [5]
/** A string of 3000 bytes in msgpack. */
const TEXT = Buffer.concat([Uint8Array.of(0xda, 0x0b, 0xb8), Buffer.alloc(3000, 'some text; ')])
/** Those that `npm test` does; `npm run test:all` does all. */
const FEW = [
  'fill and add',
  'with an id',
  'update a chunk',
  'insert, sizes then differ',
  'delete a chunk',
].concat(['delete most: a new file', 'set a vlmetalayer', 'append rows', 'set a part'])

function data(nbytes: number, seed: number): Uint8Array {
  return makeData('noisy', nbytes, 4, seed)
}

function layersOf({ meta, vlmeta }: SChunk): [string, string][] {
  return [...meta, ...vlmeta].map(([name, content]) => [name, Buffer.from(content).toString('hex')])
}

const FRAME: Kind = {
  peer: 'b2_describe',

  async open(path, disk) {
    const schunk = await SChunk.open(path, { disk })
    return {
      async content() {
        const metadata = JSON.stringify([schunk.nchunks, layersOf(schunk)])
        return { plain: await schunk.bytes(), metadata }
      },
      close: () => schunk.close(),
    }
  },

  append: (path, disk, bytes) => changeFrame(path, (schunk) => schunk.append(bytes), { disk }),
}

const ARRAY: Kind = {
  peer: 'b2_describe',

  async open(path, disk) {
    const array = await NDArray.open(path, { disk })
    return {
      async content() {
        const metadata = JSON.stringify([array.shape, layersOf(array.schunk)])
        return { plain: (await array.slice()).data, metadata }
      },
      close: () => array.close(),
    }
  },

  append: (path, disk, bytes) => changeArray(path, (array) => array.append(bytes), { disk }),
}

function frame(
  name: string,
  archive: Uint8Array,
  change: (schunk: SChunk) => Promise<unknown>,
  appendId?: string,
): Shape {
  const id = appendId === undefined ? {} : { appendId }
  return {
    ...FRAME,
    name: `frame: ${name}`,
    archive,
    change: (path: string, disk: Disk) => changeFrame(path, change, { disk, ...id }),
  }
}

function array(name: string, archive: Uint8Array, change: (array: NDArray) => Promise<unknown>): Shape {
  return {
    ...ARRAY,
    name: `array: ${name}`,
    archive,
    change: (path: string, disk: Disk) => changeArray(path, change, { disk }),
  }
}

async function frameOf(nbytes: number): Promise<Uint8Array> {
  const meta: [string, Uint8Array][] = [['about', Uint8Array.of(0xa1, 0x61)]]
  const schunk = await SChunk.create({ typesize: 4, chunkSize: CHUNK, codec: 'lz4', meta }, data(nbytes, 1))
  schunk.vlmeta.set('note', Uint8Array.of(0xa3, 0x6f, 0x6c, 0x64))
  return schunk.toCframe()
}

async function arrayOf(rows: number): Promise<Uint8Array> {
  const plain = data(rows * 20, 1)
  const cuts = { chunks: [100, 5], blocks: [30, 5], codec: 'lz4' }
  const made = await NDArray.fromTypedArray(
    { dtype: '<f4', shape: [rows, ...ROW], order: 'C', data: plain },
    cuts,
  )
  return made.toCframe()
}

/** Frames and arrays, and changes of all kinds, or of the most telling ones. */
export async function makeFrameShapes(all: boolean): Promise<Shape[]> {
  const shapes = await everyShape()
  return all ? shapes : shapes.filter(({ name }) => FEW.some((end) => name.endsWith(`: ${end}`)))
}

async function everyShape(): Promise<Shape[]> {
  const partial = await frameOf(5 * CHUNK + 700)
  const full = await frameOf(5 * CHUNK)
  const rows = await arrayOf(450)
  return [
    frame('fill only', partial, (s) => s.append(data(500, 2))),
    frame('fill and add', partial, (s) => s.append(data(3 * CHUNK, 2))),
    frame('fill a single chunk', await frameOf(700), (s) => s.append(data(500, 2))),
    frame('onto a full chunk', full, (s) => s.append(data(2 * CHUNK + 8, 2))),
    frame('the first chunk', await frameOf(0), (s) => s.append(data(900, 2))),
    frame('with an id', partial, (s) => s.append(data(1500, 2)), 'job 7'),
    frame('stray bytes at the end', Buffer.concat([partial, data(900, 9)]), (s) => s.append(data(CHUNK, 2))),
    frame('update a chunk', partial, (s) => s.updateChunk(2, data(CHUNK, 3))),
    frame('update the last chunk', partial, (s) => s.updateChunk(5, data(600, 3))),
    frame('insert a chunk', partial, (s) => s.insertChunk(1, data(CHUNK, 3))),
    frame('insert, sizes then differ', partial, (s) => s.insertChunk(2, data(400, 3))),
    frame('delete a chunk', partial, (s) => s.deleteChunk(3)),
    frame('delete the last chunk', partial, (s) => s.deleteChunk(-1)),
    frame('delete most: a new file', partial, async (s) => {
      for (let i = 0; i < 4; i++) await s.deleteChunk(0)
    }),
    frame('delete all', partial, async (s) => {
      while (s.nchunks > 0) await s.deleteChunk(0)
    }),
    frame('zeros in place of a chunk', partial, (s) => s.updateChunk(1, new Uint8Array(CHUNK))),
    frame('set a vlmetalayer', partial, async (s) => s.vlmeta.set('note', TEXT)),
    frame('remove a vlmetalayer', partial, async (s) => s.vlmeta.delete('note')),
    frame('set a metalayer', partial, async (s) => s.meta.set('about', Uint8Array.of(0xa1, 0x62))),
    frame('add a metalayer: a new file', partial, async (s) => s.meta.set('more', Uint8Array.of(0xc0))),
    frame('many changes at once', partial, async (s) => {
      await s.updateChunk(0, data(CHUNK, 5))
      await s.append(data(CHUNK, 6))
      await s.deleteChunk(4)
      s.vlmeta.set('other', Uint8Array.of(0xc3))
    }),
    array('append rows', rows, (a) => a.append(data(120 * 20, 2))),
    array('set a part', rows, (a) => a.set([{ start: 90, stop: 210 }], data(120 * 20, 3))),
    array('resize', rows, (a) => a.resize([230, 5])),
  ]
}
