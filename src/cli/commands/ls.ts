import { shapeText } from '../../array/shape-text.js'
import { BlpkError, usage } from '../../core/errors.js'
import { prettyRatio, prettySize } from '../../core/sizes.js'
import { Archive } from '../../format/bloscpack/archive.js'
import { openSource } from '../../places/open.js'
import { placeOf } from '../../places/registry.js'
import type { Listed } from '../../store/object-store.js'
import { containerByName } from '../archive-name.js'
import { kindOf } from '../containers.js'
import { type Context, forEachFile, placeSettings } from '../context.js'
import { describe, EXIT_CODES, oneLine, worst } from '../exit.js'
import { failedEntry, type Head, headOfArchive, unknownHead } from '../view/head.js'
import { print } from '../view/print.js'
import { JsonList, table } from '../view/report.js'

/** Fronts that are asked for at the same time. */
const AT_ONCE = 8

/** An archive in the list; null where it does not tell. */
export interface Row extends Head {
  /** Size of the archive, in bytes. */
  cbytes: number
  typesize: number | null
  /** What python-blosc2 keeps in a frame besides plain numbers, such as `lazyexpr`. */
  kind: string | null
  error?: string
  code?: string
}

interface Found {
  row: Row
  code: number
}

async function look({ name, size }: Listed, context: Context): Promise<Found> {
  const row: Row = { ...unknownHead(name), cbytes: size, typesize: null, kind: null }
  try {
    const source = await openSource(name, placeSettings(context))
    try {
      if ((await kindOf(source)) === 'frame') {
        const { lookAtFrame } = await import('./ls-frame.js')
        return { row: { ...row, ...(await lookAtFrame(source)) }, code: 0 }
      }
      const archive = await Archive.open(source)
      const head = await headOfArchive(name, archive, { nbytes: archive.nbytes, cbytes: size })
      return { row: { ...row, ...head, cbytes: size, typesize: archive.header.typesize }, code: 0 }
    } finally {
      await source.close()
    }
  } catch (error) {
    if (context.signal.aborted || !(error instanceof BlpkError)) throw error
    return { row: { ...row, error: describe(error, name), code: error.code }, code: EXIT_CODES[error.code] }
  }
}

/** The whole list, before anything in it is looked at: a store that has no end of it is found out by the list alone. */
async function listed(prefix: string, context: Context): Promise<Listed[]> {
  const all: Listed[] = []
  for await (const one of placeOf(prefix)?.list?.(prefix, placeSettings(context)) ?? [])
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
  const dims = shape === null ? '-' : shapeText(shape)
  return [prettySize(cbytes), plain, ratio, oneLine(dims), oneLine(dtype ?? '-'), name]
}

/** `blpk ls <prefix>…` */
export async function run(prefixes: readonly string[], context: Context): Promise<number> {
  for (const prefix of prefixes) {
    if (placeOf(prefix)?.list === undefined)
      throw usage(`'${prefix}' is no s3://bucket/prefix: ls lists what is in a store`)
  }
  const found: Found[] = []
  const list = new JsonList(context.options)
  const listOne = async (prefix: string): Promise<number> => {
    const codes: number[] = []
    for await (const one of lookAtAll(await listed(prefix, context), context)) {
      found.push(one)
      codes.push(one.code)
      list.add(one.row)
    }
    return worst(codes)
  }
  let code = 0
  try {
    code = await forEachFile(prefixes, context, listOne, (prefix, error) =>
      list.add(failedEntry(prefix, error)),
    )
  } finally {
    list.end()
  }
  const rows = found.map(({ row }) => row)
  if (context.options.json !== true)
    print(table(['size', 'plain', 'ratio', 'shape', 'dtype', 'name'], rows.map(cells)))
  return code
}
