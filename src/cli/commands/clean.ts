// `blpk clean`: removes what runs that were killed left in directories and stores.

import { counted } from '../../core/sizes.js'
import { schemeOf } from '../../places/registry.js'
import { checkCleanable, cleanPrefix, type UnfinishedUpload } from '../../verbs/clean-store.js'
import { type Context, forEachFile, placeSettings } from '../context.js'
import { oneLine, worst } from '../exit.js'
import { failedEntry } from '../view/head.js'
import { print } from '../view/print.js'
import { JsonList } from '../view/report.js'
import type { Cleaned } from './clean-directory.js'

const DEFAULT_AGE = 24 * 3600

/** What was found, in both forms, and the exit code. */
interface Report {
  json: object[]
  text: string
  code: number
}

function lineOf({ name, begun }: UnfinishedUpload, isDone: boolean): string {
  return `${oneLine(name)}: begun ${begun.toISOString()}${isDone ? ', aborted' : ''}\n`
}

async function cleanStore(prefixes: readonly string[], age: number, context: Context): Promise<Report> {
  const isDone = context.options.dryRun !== true
  const before = Date.now() - age * 1000
  const settings = placeSettings(context)
  const left: UnfinishedUpload[] = []
  const failed: object[] = []
  let younger = 0
  const cleanOne = async (prefix: string): Promise<number> => {
    const report = await cleanPrefix(prefix, { before, dryRun: !isDone }, settings)
    left.push(...report.left)
    younger += report.younger
    return 0
  }
  const code = await forEachFile(prefixes, context, cleanOne, (prefix, error) =>
    failed.push(failedEntry(prefix, error)),
  )
  const rest = younger === 0 ? '' : `, ${counted(younger, 'younger one')} kept`
  return {
    json: [
      ...left.map(({ name, uploadId, begun }) => ({ file: name, uploadId, begun, givenUp: isDone })),
      ...failed,
    ],
    text:
      left.map((upload) => lineOf(upload, isDone)).join('') +
      `${counted(left.length, 'unfinished upload')}${isDone ? ' aborted' : ''}${rest}\n`,
    code,
  }
}

async function cleanFiles(directories: readonly string[], age: number, context: Context): Promise<Report> {
  const { clean, cleanedLine } = await import('./clean-directory.js')
  const { dryRun } = context.options
  const found: Cleaned[] = []
  const failed: object[] = []
  const cleanOne = async (directory: string): Promise<number> => {
    const report = await clean(directory, age, context)
    found.push(...report.found)
    return report.code
  }
  const code = await forEachFile(directories, context, cleanOne, (directory, error) =>
    failed.push(failedEntry(directory, error)),
  )
  const waste = found.filter(({ isWaste, removed }) => removed || (dryRun === true && isWaste)).length
  return {
    json: [...found.map(({ path, ...rest }) => ({ file: path, ...rest })), ...failed],
    text:
      found.map((one) => `${cleanedLine(one)}\n`).join('') +
      `${counted(waste, 'leftover')}${dryRun === true ? '' : ' removed'}, ${found.length - waste} kept\n`,
    code,
  }
}

/** `blpk clean <place>…` */
export async function run(places: readonly string[], context: Context): Promise<number> {
  const { olderThan: age = DEFAULT_AGE, json } = context.options
  const prefixes = places.filter((place) => schemeOf(place) !== undefined)
  const directories = places.filter((place) => schemeOf(place) === undefined)
  for (const prefix of prefixes) checkCleanable(prefix)
  for (const directory of directories) (await import('./clean-directory.js')).checkDirectory(directory)
  const reports = [
    ...(prefixes.length > 0 ? [await cleanStore(prefixes, age, context)] : []),
    ...(directories.length > 0 ? [await cleanFiles(directories, age, context)] : []),
  ]
  if (json === true) {
    const list = new JsonList(context.options)
    for (const one of reports.flatMap((report) => report.json)) list.add(one)
    list.end()
  } else print(reports.map(({ text }) => text).join(''))
  return worst(reports.map(({ code }) => code))
}
