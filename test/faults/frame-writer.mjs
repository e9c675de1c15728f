// A process that appends tagged records to a frame: frame-writer.mjs <frame> <writer> <from> <to> [ids]
import { changeFrame } from '../../dist/index.js'

const [path, writer, from, to, ids] = process.argv.slice(2)
const RECORD = 1000

for (let i = Number(from); i < Number(to); i++) {
  const tag = `w${writer}-a${i};`
  const record = Buffer.alloc(RECORD, tag)
  const o = ids === 'ids' ? { appendId: tag } : {}
  const { skipped } = await changeFrame(path, (schunk) => schunk.append(record), o)
  process.stdout.write(`${tag} ${skipped ? 'skipped' : 'done'}\n`)
}
