import { openSnapshot } from '../../dist/disk/read-archive.js'
import { container } from '../../dist/format/hdf5/index.js'
import { findMutable } from '../../dist/format/registry.js'
import {
  type ByteSource,
  BytesPlainSource,
  type Disk,
  MemorySource,
  type PlainSource,
} from '../../dist/index.js'
import { changePlace } from '../../dist/places/change.js'
import { makeData } from '../support/data.js'
import { group, NewFile } from '../support/hdf5-files.js'
import type { Content, Kind, Shape } from './shapes.js'

const [ROWS, WIDTH] = [45, 10]
const ROW_BYTES = 4 * WIDTH

function data(nbytes: number, seed: number): Uint8Array {
  return makeData('noisy', nbytes, 4, seed)
}

/** A file with two datasets that can grow, attributes and groups. */
function fileOf(plain: boolean): Uint8Array {
  const file = new NewFile()
  const shape = { descr: '<f4', itemsize: 4, shape: [ROWS, WIDTH], chunkShape: [10, 4] } as const
  const array = { ...shape, maxShape: [undefined, WIDTH], plain, attributes: { unit: '"m"' } }
  const x = file.array({ ...array, data: data(ROWS * ROW_BYTES, 1) })
  const other = file.array({ ...array, data: data(ROWS * ROW_BYTES, 2) })
  return file.finish(group({ g: group({ x }, { n: '1' }), other }, { title: '"t"' }))
}

/** All names, and the values of all datasets. */
async function contentOf(source: ByteSource): Promise<Content> {
  const names: string[] = []
  let x = new Uint8Array()
  for await (const name of container.names?.({ source }, {}) ?? []) {
    names.push(name)
    if (name === '/g' || name === '/new') continue
    const opened = await container.open({ source, inner: name }, { threads: 1 })
    const plain = new Uint8Array(opened.nbytes ?? 0)
    await opened.fill?.(0, plain, {})
    names.push(
      Buffer.from(plain)
        .toString('base64')
        .slice(0, name === '/g/x' ? 0 : undefined),
      opened.metadata ?? '',
    )
    if (name === '/g/x') x = plain
  }
  return { plain: x, metadata: names.join('\n') }
}

function sourceOf(bytes: Uint8Array): PlainSource {
  return new BytesPlainSource(new MemorySource(bytes))
}

function arrayOf(bytes: Uint8Array): PlainSource {
  const metadata = {
    dtype: "'<f4'",
    shape: [bytes.length / ROW_BYTES, WIDTH],
    order: 'C',
    container: 'numpy',
  }
  const traits = { typesize: 4, metadata: JSON.stringify(metadata) }
  return new BytesPlainSource(new MemorySource(bytes), traits)
}

async function appendRows(path: string, disk: Disk, rows: number, seed: number): Promise<unknown> {
  const { append } = (await container.change?.()) ?? {}
  const o = { raw: true, threads: 1 }
  const bytes = data(rows * ROW_BYTES, seed)
  return changePlace(
    path,
    findMutable,
    { disk },
    (source) =>
      append?.({ source, inner: '/g/x' }, sourceOf(bytes), o) ?? Promise.reject(new Error('no append')),
  )
}

async function addArray(path: string, disk: Disk, inner: string, replace = false): Promise<unknown> {
  const { add } = (await container.change?.()) ?? {}
  const bytes = data(30 * ROW_BYTES, 5)
  const o = { chunks: [8, 8], codec: 'lz4', threads: 1, replace }
  return changePlace(
    path,
    findMutable,
    { disk },
    (source) => add?.({ source, inner }, arrayOf(bytes), o) ?? Promise.reject(new Error('no add')),
  )
}

const HDF5: Kind = {
  peer: undefined,

  async open(path, disk) {
    const source = await openSnapshot(path, findMutable, { disk })
    return { content: () => contentOf(source), close: async () => source.close() }
  },

  async append(path, disk, bytes) {
    const { append } = (await container.change?.()) ?? {}
    return changePlace(
      path,
      findMutable,
      { disk },
      (source) =>
        append?.({ source, inner: '/g/x' }, sourceOf(bytes), { raw: true, threads: 1 }) ??
        Promise.reject(new Error('no append')),
    )
  },
}

function shape(name: string, archive: Uint8Array, change: Shape['change']): Shape {
  return { ...HDF5, name: `hdf5: ${name}`, archive, change }
}

/** HDF5 files, and changes of them. */
export function makeHdf5Shapes(): Shape[] {
  const [frames, plain] = [fileOf(false), fileOf(true)]
  const userBlock = Buffer.concat([Buffer.alloc(512, 'user'), frames])
  return [
    shape('append rows', frames, (path, disk) => appendRows(path, disk, 27, 3)),
    shape('append rows without a filter', plain, (path, disk) => appendRows(path, disk, 12, 3)),
    shape('append behind a user block', userBlock, (path, disk) => appendRows(path, disk, 5, 3)),
    shape('add a dataset', frames, (path, disk) => addArray(path, disk, '/g/y')),
    shape('add groups', frames, (path, disk) => addArray(path, disk, '/new/y')),
    shape('replace a dataset', frames, (path, disk) => addArray(path, disk, '/other', true)),
  ]
}
