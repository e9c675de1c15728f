import { usage } from '../../core/errors.js'
import { counted } from '../../core/sizes.js'
import { describeJournal } from '../../disk/journal-report.js'
import { lookAt } from '../../disk/look.js'
import { type Finding, type VerifyReport, verifyArchive } from '../../format/bloscpack/verify.js'
import { findMutable } from '../../format/registry.js'
import type { Input } from '../../verbs/inputs.js'
import { openContainer } from '../containers.js'
import { type Context, forEachFile } from '../context.js'
import { isDash, shown } from '../dash.js'
import { EXIT_CODES, worst } from '../exit.js'
import { runOptions } from '../flags/codec-flags.js'
import { openInput } from '../inputs.js'
import { openOriginal } from '../original.js'
import { findingLine } from '../view/findings.js'
import { failedEntry, type Head, headOfInput, unknownHead } from '../view/head.js'
import { print } from '../view/print.js'
import { openProgress } from '../view/progress.js'
import { JsonList } from '../view/report.js'

function okLine(file: string, report: VerifyReport): string {
  const deep = report.deep ? ', decompressed' : ''
  const hint = report.deep ? '' : ': only the structure was checked, --deep checks more'
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

/** What its journal says of an archive: rolled back on opening, or still there. */
async function journalFindings(
  file: string,
  notes: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const isFile = !isDash(file) && lookAt(file)?.isFile() === true
  const journal = isFile ? await describeJournal(file, findMutable, signal) : undefined
  const messages = new Set(journal === undefined ? notes : [...notes, journal])
  return [...messages].map((message) => ({ level: 'note', code: 'DAMAGED', message }))
}

/** What was found, and what of. */
interface Verified {
  head: Head
  report: VerifyReport
}

async function verifyFile(file: string, label: string | undefined, context: Context): Promise<Verified> {
  const { options } = context
  const notes: string[] = []
  const input = await openContainer(file, context, { onNote: (note) => notes.push(note) })
  const view = openProgress(options, { label })
  const head = async (): Promise<Head> =>
    options.json === true ? headOfInput(shown(file), input) : unknownHead(shown(file))
  let original: Input | undefined
  try {
    const findings = await journalFindings(file, notes, context.signal)
    if (input.isFrame) {
      // Loaded when it is needed, with all of Blosc2.
      const { verifyFrameInput } = await import('./verify-frame.js')
      const report = await verifyFrameInput(input, context, view)
      return { head: await head(), report: { ...report, findings: [...findings, ...report.findings] } }
    }
    original = options.against === undefined ? undefined : await openInput(options.against, context)
    const compared = original && (await openOriginal(input, original, context))
    const report = await verifyArchive(input.source, {
      ...runOptions(context, view),
      ...(options.deep === true && { deep: true }),
      ...(options.maxChunk !== undefined && { maxChunk: options.maxChunk }),
      ...(compared !== undefined && { against: compared.plain }),
      findings: [...findings, ...(compared?.finding === undefined ? [] : [compared.finding])],
    })
    return { head: await head(), report }
  } finally {
    view.close()
    await original?.source.close()
    await input.source.close()
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
    list.add({ ...head, ...report })
    if (options.json !== true) printReport(shown(file), report, context)
    const wrong = report.findings.filter(({ level }) => level !== 'note')
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
