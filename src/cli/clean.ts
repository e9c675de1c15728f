import { usage } from '../errors.js'
import { schemeOf } from '../places.js'
import { giveUpUpload, type LeftUpload, listUploads } from '../s3/uploads.js'
import { type Context, placeSettings } from './context.js'
import { oneLine } from './exit.js'
import { print } from './print.js'
import { counted, JsonList } from './report.js'

const DEFAULT_AGE = 24 * 3600

function lineOf({ name, begun }: LeftUpload, isDone: boolean): string {
  return `${oneLine(name)}: begun ${begun.toISOString()}${isDone ? ', given up' : ''}\n`
}

async function clean(
  prefixes: readonly string[],
  before: number,
  isDone: boolean,
  context: Context,
): Promise<{ left: LeftUpload[]; younger: number }> {
  const settings = placeSettings(context)
  const left: LeftUpload[] = []
  let younger = 0
  for (const prefix of prefixes) {
    for await (const upload of listUploads(prefix, settings)) {
      if (upload.begun.getTime() > before) younger++
      else left.push(upload)
    }
  }
  if (isDone) for (const upload of left) await giveUpUpload(upload, settings)
  return { left, younger }
}

/** `blpk clean <prefix>…` */
export async function run(prefixes: readonly string[], context: Context): Promise<number> {
  for (const prefix of prefixes) {
    if (schemeOf(prefix) !== 's3')
      throw usage(`'${prefix}' is no s3://bucket/prefix: clean is for uploads to a store`)
  }
  const { olderThan = DEFAULT_AGE, dryRun, json } = context.options
  const isDone = dryRun !== true
  const { left, younger } = await clean(prefixes, Date.now() - olderThan * 1000, isDone, context)
  if (json === true) {
    const list = new JsonList(context.options)
    for (const { name, uploadId, begun } of left) list.add({ file: name, uploadId, begun, givenUp: isDone })
    list.end()
    return 0
  }
  const rest = younger === 0 ? '' : `, ${counted(younger, 'younger one')} left alone`
  print(
    left.map((upload) => lineOf(upload, isDone)).join('') +
      `${counted(left.length, 'unfinished upload')}${isDone ? ' given up' : ''}${rest}\n`,
  )
  return 0
}
