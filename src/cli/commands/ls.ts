// `blpk ls`: lists the containers under a prefix or in a directory.

import { shapeText } from '../../core/shape-text.js'
import { prettyRatio, prettySize } from '../../core/sizes.js'
import { checkListable, type ListEntry, list } from '../../verbs/list.js'
import { type Context, forEachFile, placeSettings } from '../context.js'
import { describe, EXIT_CODES, oneLine, worst } from '../exit.js'
import { failedEntry } from '../view/head.js'
import { print } from '../view/print.js'
import { JsonList, table } from '../view/report.js'

function cells({ row, error }: ListEntry): string[] {
  const { file, cbytes, nbytes, shape, dtype, kind } = row
  const name = kind === null ? oneLine(file) : `${oneLine(file)} (${kind})`
  const size = cbytes === null ? '-' : prettySize(cbytes)
  if (error !== undefined) return [size, '-', '-', '-', '-', `${name} (${describe(error, file)})`]
  const plain = nbytes === null ? '-' : prettySize(nbytes)
  const ratio = nbytes === null || cbytes === null ? '-' : prettyRatio(nbytes, cbytes)
  const dims = shape === null ? '-' : shapeText(shape)
  return [size, plain, ratio, oneLine(dims), oneLine(dtype ?? '-'), name]
}

function jsonOf({ row, error }: ListEntry): object {
  return error === undefined ? row : { ...row, error: describe(error, row.file), code: error.code }
}

/** `blpk ls <prefix>…` */
export async function run(prefixes: readonly string[], context: Context): Promise<number> {
  const anyName = context.options.checkExtension === false
  for (const prefix of prefixes) checkListable(prefix, { anyName })
  const found: ListEntry[] = []
  const json = new JsonList(context.options)
  const listOne = async (prefix: string): Promise<number> => {
    const codes: number[] = []
    for await (const entry of list(prefix, { ...placeSettings(context), anyName })) {
      found.push(entry)
      codes.push(entry.error === undefined ? 0 : EXIT_CODES[entry.error.code])
      json.add(jsonOf(entry))
    }
    return worst(codes)
  }
  let code = 0
  try {
    code = await forEachFile(prefixes, context, listOne, (prefix, error) =>
      json.add(failedEntry(prefix, error)),
    )
  } finally {
    json.end()
  }
  if (context.options.json !== true && (found.length > 0 || code === 0))
    print(table(['size', 'plain', 'ratio', 'shape', 'dtype', 'name'], found.map(cells)))
  return code
}
