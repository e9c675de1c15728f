// `blpk info`: shows what is in a container.

import { info } from '../../verbs/info.js'
import { type Context, forEachFile } from '../context.js'
import { shown } from '../dash.js'
import { archivePlace, archiveSettings } from '../inputs.js'
import { formatFacts } from '../view/facts.js'
import { failedEntry } from '../view/head.js'
import { print } from '../view/print.js'
import { JsonList } from '../view/report.js'

/** `blpk info <file>…` */
export async function run(files: readonly string[], context: Context): Promise<number> {
  const { json, chunks, dtype, maxChunk } = context.options
  const list = new JsonList(context.options)
  let separator = ''
  const showOne = async (file: string): Promise<number> => {
    const facts = await info(archivePlace(file), {
      ...archiveSettings(context),
      file: shown(file),
      ...(chunks === true && { detail: 'chunks' }),
      ...(dtype !== undefined && { dtype }),
      ...(maxChunk !== undefined && { maxChunk }),
    })
    list.add({ ...facts.head, ...facts.more })
    if (json !== true) print(separator + formatFacts(facts))
    separator = '\n'
    return 0
  }
  try {
    return await forEachFile(files, context, showOne, (file, error) => list.add(failedEntry(file, error)))
  } finally {
    list.end()
  }
}
