import type { PackOptions as BloscpackOptions } from '../../dist/engine/options.js'
import { growFile } from '../../dist/format/bloscpack/grow.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { unpack } from '../../dist/format/bloscpack/unpack.js'
import {
  type AppendOptions,
  append,
  BloscpackSink,
  BytesPlainSink,
  BytesPlainSource,
  compress,
  type Disk,
  FileSink,
  MemorySink,
  MemorySource,
  type PlainSource,
  pack,
} from '../../dist/index.js'

import { makeData } from '../support/data.js'

type PackOptions = Omit<BloscpackOptions, 'onPlan'>

/** What an archive holds. */
export interface Content {
  plain: Uint8Array
  metadata: string | undefined
}

/** An archive that was opened: its content may be read later. */
export interface Opened {
  content(): Promise<Content>
  close(): Promise<void>
}

/** What the harness does with a kind of archive. */
export interface Kind {
  open(path: string, disk: Disk): Promise<Opened>
  /** Puts bytes behind the plain ones: a writer who comes next. */
  append(path: string, disk: Disk, bytes: Uint8Array): Promise<unknown>
  /** How a survivor is given to Python, which answers with the digest of its plain bytes; undefined: it is not. */
  peer: 'unpack' | 'b2_describe' | undefined
}

/** A change of an archive that is killed at every moment. */
export interface Shape extends Kind {
  name: string
  /** The archive before. */
  archive: Uint8Array
  /** Makes the change. Each call has sources of its own. */
  change(path: string, disk: Disk): Promise<unknown>
}

const BLOSCPACK: Kind = {
  peer: 'unpack',

  async open(path, disk) {
    const archive = await openArchive(path, { disk })
    return {
      async content() {
        const sink = new MemorySink()
        await unpack(archive, new BytesPlainSink(sink), { threads: 1 })
        return { plain: sink.bytes.slice(), metadata: archive.metadata }
      },
      close: () => archive.close(),
    }
  },

  append(path, disk, bytes) {
    const o = { disk, threads: 1, grow: true, raw: true, typesize: 4 }
    return append(path, new BytesPlainSource(new MemorySource(bytes)), o)
  },
}

const CHUNK = 2000
const PACKED: PackOptions = { codec: 'lz4', typesize: 4, chunkSize: CHUNK, threads: 1, maxAppChunks: 20 }

function data(nbytes: number, seed: number): Uint8Array {
  return makeData('noisy', nbytes, 4, seed)
}

function sourceOf(nbytes: number, seed: number, metadata?: string): PlainSource {
  return new BytesPlainSource(
    new MemorySource(data(nbytes, seed)),
    metadata === undefined ? {} : { metadata },
  )
}

function arrayMetadata(rows: number): string {
  return `{"dtype":"'<f4'","shape":[${rows},5],"order":"C","container":"numpy","big":9007199254740993}`
}

function appends(
  name: string,
  archive: Uint8Array,
  sources: () => PlainSource[],
  options: AppendOptions = {},
): Shape {
  const all: AppendOptions = { threads: 1, codec: 'lz4', typesize: 4, ...options }
  return {
    ...BLOSCPACK,
    name,
    archive,
    change: (path, disk) => append(path, sources(), { ...all, disk }),
  }
}

/** Archives and changes of all kinds. */
export async function makeShapes(): Promise<Shape[]> {
  const packed = (nbytes: number, o: PackOptions = {}): Promise<Uint8Array> =>
    compress(data(nbytes, 1), { ...PACKED, ...o })
  const partial = await packed(5 * CHUNK + 700)
  const trailing = Buffer.concat([partial, data(900, 9)])
  const full = await packed(5 * CHUNK)
  const described = await packed(5 * CHUNK + 700, { metadata: '{"a":1,"b":"some more text to make room"}' })
  const array = await packed(20 * 500, { metadata: arrayMetadata(500) })
  const noRoom = await packed(5 * CHUNK + 700, { maxAppChunks: 0 })
  return [
    appends('fill only', partial, () => [sourceOf(500, 2)]),
    appends('fill and add', partial, () => [sourceOf(3 * CHUNK, 2)]),
    appends('fill a single chunk', await packed(700), () => [sourceOf(500, 2)]),
    appends('onto a full chunk', full, () => [sourceOf(2 * CHUNK + 10, 2)]),
    appends('several inputs', partial, () => [sourceOf(900, 2), sourceOf(2 * CHUNK, 3), sourceOf(1, 4)]),
    appends('with metadata', described, () => [sourceOf(3 * CHUNK, 2)], { metadata: '{"a":2}' }),
    appends('metadata only', described, () => [sourceOf(0, 2)], { metadata: '{"a":3}' }),
    appends('with an id', described, () => [sourceOf(1500, 2)], { appendId: 'job 7' }),
    appends('rows of an array', array, () => [sourceOf(20 * 100, 2, arrayMetadata(100))]),
    appends('without offsets', await packed(5 * CHUNK + 700, { offsets: false }), () => [
      sourceOf(3 * CHUNK, 2),
    ]),
    appends('stray bytes at the end', trailing, () => [sourceOf(3 * CHUNK, 2)]),
    appends('grow for chunks', noRoom, () => [sourceOf(3 * CHUNK, 2)], { grow: true }),
    appends('grow for metadata', partial, () => [sourceOf(300, 2)], { appendId: 'job 8' }),
    {
      ...BLOSCPACK,
      name: 'grow',
      archive: partial,
      change: (path, disk) => growFile(path, { added: 1, metadata: undefined }, { disk }),
    },
    { ...BLOSCPACK, name: 'compress -f', archive: partial, change: (path, disk) => replace(path, disk) },
  ]
}

async function replace(path: string, disk: Disk): Promise<void> {
  const [{ replacing }, { findMutable }] = await Promise.all([
    import('../../dist/disk/replace.js'),
    import('../../dist/format/registry.js'),
  ])
  const sink = new FileSink(path, { overwrite: true, disk, beforeReplace: replacing(findMutable, { disk }) })
  await pack(sourceOf(3 * CHUNK, 5), new BloscpackSink(sink), PACKED)
}
