// A process that appends tagged records to a frame or an array: lock-writer.mjs <frame> <writer> <appends>
import { append, BytesPlainSource, MemorySource } from '../../dist/index.js'

const [path, writer, appends] = process.argv.slice(2)
const RECORD = 1000

for (let i = 0; i < Number(appends); i++) {
  const record = Buffer.alloc(RECORD, `b${writer}-a${i};`)
  await append(path, new BytesPlainSource(new MemorySource(record)), { raw: true })
}
