import { Archive } from '../engine/archive.js'
import { BlpkError, usage } from '../errors.js'
import { type NdarrayLayout, ndarrayIn } from '../format/npy/index.js'
import { schemeOf } from '../places.js'
import { type Listed, listObjects } from '../s3/list.js'
import { openS3 } from '../sources/s3.js'
import { containerByName } from './archive-name.js'
import { kindOf } from './containers.js'
import { type Context, placeSettings } from './context.js'
import { describe, EXIT_CODES, oneLine, worst } from './exit.js'
import { print } from './print.js'
import { jsonRatio, printJson, table } from './report.js'
import { prettyRatio, prettySize } from './sizes.js'

/** Fronts that are asked for at the same time. */
const AT_ONCE = 8

/** An archive in the list; null where it does not tell. */
export interface Row {
  file: string
  /** Size of the archive, in bytes. */
  cbytes: number
  nbytes: number | null
  ratio: number | null
  shape: readonly number[] | null
  dtype: string | null
  typesize: number | null
  /** What python-blosc2 keeps in a frame besides plain numbers, such as `lazyexpr`. */
  kind: string | null
  error?: string
}

interface Found {
  row: Row
  code: number
}

function arrayOf(archive: Archive): NdarrayLayout | undefined {
  return ndarrayIn(archive.metadata)
}

/** The dtype as its metadata name it: a plain one without the quotes of Python's repr. */
function dtypeOf(archive: Archive): string {
  const { dtype } = archive.parseMetadata() as { dtype?: unknown }
  const text = typeof dtype === 'string' ? dtype : JSON.stringify(dtype)
  return text.replace(/^'([^']*)'$/, '$1')
}

async function look({ name, size }: Listed, context: Context): Promise<Found> {
  const row: Row = {
    file: name,
    cbytes: size,
    nbytes: null,
    ratio: null,
    shape: null,
    dtype: null,
    typesize: null,
    kind: null,
  }
  try {
    const source = await openS3(name, placeSettings(context))
    try {
      if ((await kindOf(source)) === 'frame') {
        const { lookAtFrame } = await import('./ls-frame.js')
        return { row: { ...row, ...(await lookAtFrame(source)) }, code: 0 }
      }
      const archive = await Archive.open(source)
      const nbytes = archive.nbytes ?? null
      const array = arrayOf(archive)
      const ratio = nbytes === null ? null : jsonRatio(nbytes, size)
      const dtype = array === undefined ? null : dtypeOf(archive)
      return {
        row: { ...row, nbytes, ratio, shape: array?.shape ?? null, dtype, typesize: archive.header.typesize },
        code: 0,
      }
    } finally {
      await source.close()
    }
  } catch (error) {
    if (context.signal.aborted || !(error instanceof BlpkError)) throw error
    return { row: { ...row, error: describe(error, name) }, code: EXIT_CODES[error.code] }
  }
}

/** The whole list, before anything in it is looked at: a store that has no end of it is found out by the list alone. */
async function listed(prefix: string, context: Context): Promise<Listed[]> {
  const all: Listed[] = []
  for await (const one of listObjects(prefix, placeSettings(context)))
    if (containerByName(one.name) !== undefined || context.options.checkExtension === false) all.push(one)
  return all
}

/** Looks at several at a time, and gives them in the order of the list. */
async function* lookAtAll(objects: readonly Listed[], context: Context): AsyncGenerator<Found> {
  const waiting: Promise<Found>[] = []
  for (const one of objects) {
    const found = look(one, context)
    found.catch(() => {})
    waiting.push(found)
    const head = waiting.length < AT_ONCE ? undefined : waiting.shift()
    if (head !== undefined) yield await head
  }
  for (const found of waiting) yield await found
}

function cells({ file, cbytes, nbytes, shape, dtype, kind, error }: Row): string[] {
  const name = kind === null ? oneLine(file) : `${oneLine(file)} (${kind})`
  if (error !== undefined) return [prettySize(cbytes), '-', '-', '-', '-', `${name} (${error})`]
  const plain = nbytes === null ? '-' : prettySize(nbytes)
  const ratio = nbytes === null ? '-' : prettyRatio(nbytes, cbytes)
  const dims = shape === null ? '-' : `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
  return [prettySize(cbytes), plain, ratio, oneLine(dims), oneLine(dtype ?? '-'), name]
}

/** `blpk ls <prefix>…` */
export async function run(prefixes: readonly string[], context: Context): Promise<number> {
  for (const prefix of prefixes) {
    if (schemeOf(prefix) !== 's3')
      throw usage(`'${prefix}' is no s3://bucket/prefix: ls lists what is in a store`)
  }
  const found: Found[] = []
  for (const prefix of prefixes) {
    for await (const one of lookAtAll(await listed(prefix, context), context)) found.push(one)
  }
  const rows = found.map(({ row }) => row)
  if (context.options.json === true) printJson(rows)
  else print(table(['size', 'plain', 'ratio', 'shape', 'dtype', 'name'], rows.map(cells)))
  return worst(found.map(({ code }) => code))
}
