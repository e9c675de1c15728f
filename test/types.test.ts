import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { installInto } from './support/installed.js'
import { ALL, sized } from './support/long.js'
import { peersRequired } from './support/peer.js'
import { scratchDirectory } from './support/scratch.js'

const directory = scratchDirectory()
const OTHERS = resolve('.peers', 'typescript', 'node_modules')
const NEWEST = join(OTHERS, 'newest')
const VERSIONS: Record<string, string> = {
  oldest: join(OTHERS, 'oldest'),
  'that which builds': resolve('node_modules', 'typescript'),
  newest: NEWEST,
}
const NODE_TYPES: Record<string, string | undefined> = {
  'without the types of Node': undefined,
  'with those of the oldest Node': resolve('node_modules', '@types', 'node'),
  'with the newest': join(OTHERS, '@types', 'node'),
}

const CONSUMER = `import {
  ArrayValue, BlpkError, MemorySink, NDArray, SChunk, StreamSink, compress, decompress, info, open, openSink, openSource,
  pack, registerCodec, unpack, verify,
  type ByteSink, type ByteSource, type Dataset, type ErrorCode, type PackOptions, type PlaceSettings, type UserCodec,
} from 'blpk'

const options: PackOptions & PlaceSettings = { codec: 'zstd', level: 5, typesize: 8, timeout: 1000 }
export async function all(): Promise<number> {
  const { cbytes } = await compress('a', 'b', options)
  const opened: Dataset = await open('b')
  const nbytes: number | undefined = opened.nbytes
  const { dtype, shape, data } = await (await open(await compress(new Float64Array(3)))).slice([{ stop: 2 }, '...'])
  const text: string = dtype + shape.join()
  const bytes: Uint8Array = await decompress(await compress(new Uint8Array(data.length)))
  const array: NDArray = await NDArray.fromTypedArray(ArrayValue.from(new Float32Array(4), [2, 2]))
  const dims: readonly number[] = array.shape
  const source: ByteSource = await openSource(bytes)
  const sink: ByteSink = await openSink('c')
  const memory: Uint8Array = new MemorySink().bytes
  await array.save('x.b2nd')
  const { ok } = await verify('x.b2nd', { deep: true })
  const { head } = await info('x.b2nd')
  const sizes = (nbytes ?? 0) + cbytes + (head.cbytes ?? 0) + (source.size ?? 0) + memory.length
  return sizes + text.length + dims.length + sink.name.length + (ok ? 1 : 0)
}
export const isDamaged = (error: unknown): boolean => error instanceof BlpkError && error.code === 'DAMAGED'
export const code: ErrorCode = 'CHECKSUM'
export const codec: UserCodec = { name: 'mine', ids: { blosc2: 184 }, encode: () => 0, decode: () => 0 }
registerCodec(codec)
// @ts-expect-error there is no such option
void compress('a', 'b', { codecs: 'zstd' })
// @ts-expect-error it is a promise
export const wrong: Dataset = open('b')
export { SChunk, StreamSink, pack, unpack }
`

const WITH_NODE = `
import { createWriteStream, createReadStream } from 'node:fs'
import { StreamSource } from 'blpk'
export const sink = new StreamSink(createWriteStream('x'))
export const stream = new StreamSource(createReadStream('x'))
export const settings: PlaceSettings = { signal: AbortSignal.timeout(1000) }
`

/** Compiles a program that uses the package, as strictly as it can be. @returns what the compiler says */
function compile(name: string, compiler: string, nodeTypes: string | undefined, more: object): string {
  const place = join(directory, name.replace(/\W+/g, '-'))
  mkdirSync(join(place, 'node_modules', '@types'), { recursive: true })
  symlinkSync(INSTALLED, join(place, 'node_modules', 'blpk'), 'junction')
  if (nodeTypes !== undefined) {
    symlinkSync(nodeTypes, join(place, 'node_modules', '@types', 'node'), 'junction')
    const needed = resolve(nodeTypes, '..', '..', 'undici-types')
    symlinkSync(needed, join(place, 'node_modules', 'undici-types'), 'junction')
  }
  const compilerOptions = {
    ...{
      strict: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
    },
    ...{ target: 'es2022', lib: ['es2022'], module: 'nodenext', moduleResolution: 'nodenext', noEmit: true },
    ...{ types: nodeTypes === undefined ? [] : ['node'], preserveSymlinks: true },
    ...more,
  }
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
  writeFileSync(join(place, 'use.ts'), CONSUMER + (nodeTypes === undefined ? '' : WITH_NODE))
  const tsc = [join(compiler, 'bin', 'tsc'), '-p', place]
  return spawnSync(process.execPath, tsc, { encoding: 'utf8' }).stdout
}

const INSTALLED = installInto(join(directory, 'installed'))

test('other versions of TypeScript are there to test against', () => {
  const isThere = existsSync(NEWEST)
  if (peersRequired()) expect(isThere, 'run: node scripts/setup-typescript.mjs').toBe(true)
  else if (!isThere) console.warn('not checked, for want of .peers/typescript: the types with other versions')
})

/** In `npm test` the newest compiler, which takes a tenth of the time, compiles with all types of Node, the others without. */
const isShort = (version: string, node: string): boolean =>
  version === 'newest' || node === 'without the types of Node'

describe('the types of the package compile for whoever uses it', () => {
  for (const [version, compiler] of Object.entries(VERSIONS)) {
    for (const [node, types] of Object.entries(NODE_TYPES)) {
      // The newest types of Node do not compile with a TypeScript that old, whatever else is there.
      if (version === 'oldest' && node === 'with the newest') continue
      if (!ALL && existsSync(NEWEST) && !isShort(version, node)) continue
      const isThere = existsSync(compiler) && (types === undefined || existsSync(types))
      test.skipIf(!isThere)(`TypeScript: ${version}, ${node}`, () => {
        expect(compile(`${version} ${node}`, compiler, types, {})).toBe('')
      })
    }
  }

  test('for bundlers, and for browsers', () => {
    const bundler = { module: 'esnext', moduleResolution: 'bundler', lib: ['esnext', 'dom'] }
    const building = resolve('node_modules', 'typescript')
    const compiler = existsSync(NEWEST) ? sized(NEWEST, building) : building
    expect(compile('bundler', compiler, undefined, bundler)).toBe('')
  })
})
