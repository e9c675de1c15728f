// A process that appends tagged records to an archive: writer.mjs <archive> <writer> <from> <to> [ids]
import { append, BytesPlainSource, MemorySource } from '../../dist/index.js'

const [path, writer, from, to, ids] = process.argv.slice(2)
const RECORD = 1000

for (let i = Number(from); i < Number(to); i++) {
  const tag = `w${writer}-a${i};`
  const record = Buffer.alloc(RECORD, tag)
  const o = { threads: 1, typesize: 1, ...(ids === 'ids' && { appendId: tag }) }
  const { skipped } = await append(path, new BytesPlainSource(new MemorySource(record)), o)
  process.stdout.write(`${tag} ${skipped ? 'skipped' : 'done'}\n`)
}
