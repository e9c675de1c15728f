// `blpk verify`: checks containers and reports findings.

import { usage } from '../../core/errors.js'
import { counted } from '../../core/sizes.js'
import { unknownHead } from '../../verbs/info.js'
import { type Verified, type VerifyReport, verifyWithHead } from '../../verbs/verify.js'
import { type Context, forEachFile } from '../context.js'
import { isDash, shown } from '../dash.js'
import { EXIT_CODES, worst } from '../exit.js'
import { runOptions } from '../flags/codec-flags.js'
import { archivePlace, archiveSettings, placeOf } from '../inputs.js'
import { advised, findingLine } from '../view/findings.js'
import { failedEntry } from '../view/head.js'
import { print } from '../view/print.js'
import { openProgress } from '../view/progress.js'
import { JsonList } from '../view/report.js'

function okLine(file: string, report: VerifyReport): string {
  const deep = report.deep ? ', decompressed' : ''
  const hint = report.deep ? '' : ': only the structure was checked; use --deep to check the data'
  const checksum = report.checksum === 'None' ? `no checksums${hint}` : report.checksum
  return `${file}: ok (${counted(report.nchunks, 'chunk')}, ${checksum}${deep})\n`
}

function printReport(file: string, report: VerifyReport, context: Context): void {
  const quiet = context.options.quiet === true
  for (const finding of report.findings) {
    if (finding.level !== 'note' || !quiet) print(`${findingLine(file, finding)}\n`)
  }
  if (report.ok && !quiet) print(okLine(file, report))
}

async function verifyFile(file: string, label: string | undefined, context: Context): Promise<Verified> {
  const { against, deep, maxChunk, raw, dtype, json } = context.options
  const view = openProgress(context.options, { label })
  try {
    const options = {
      ...archiveSettings(context),
      ...runOptions(context, view),
      ...(against !== undefined && { against: placeOf(against) }),
      ...(deep === true && { deep }),
      ...(raw === true && { raw }),
      ...(maxChunk !== undefined && { maxChunk }),
      ...(dtype !== undefined && { dtype }),
    }
    return await verifyWithHead(archivePlace(file), options, json === true ? shown(file) : undefined)
  } finally {
    view.close()
  }
}

function checkDashes(files: readonly string[], against: string | undefined): void {
  const dashes = files.filter(isDash).length
  if (against === undefined || !isDash(against)) return
  if (dashes > 0) throw usage('archive and original cannot both come from standard input')
  if (files.length > 1) throw usage('several archives cannot be compared with standard input')
}

/** `blpk verify <archive>…` */
export async function run(files: readonly string[], context: Context): Promise<number> {
  const { options } = context
  checkDashes(files, options.against)
  const list = new JsonList(options)
  const verifyOne = async (file: string): Promise<number> => {
    const { head, report } = await verifyFile(file, files.length > 1 ? shown(file) : undefined, context)
    const findings = report.findings.map(advised)
    list.add({ ...(head ?? unknownHead(shown(file))), ...report, findings })
    if (options.json !== true) printReport(shown(file), { ...report, findings }, context)
    const wrong = findings.filter(({ level }) => level !== 'note')
    return worst(wrong.map(({ code }) => EXIT_CODES[code]))
  }
  try {
    return await forEachFile(files, context, verifyOne, (file, error) =>
      list.add({ ...failedEntry(file, error), ok: false }),
    )
  } finally {
    list.end()
  }
}
