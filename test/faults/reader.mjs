// A process that reads an archive or a frame again and again until its input ends, and checks that it is whole.

import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { unpack } from '../../dist/format/bloscpack/unpack.js'
import { BytesPlainSink, MemorySink, SChunk } from '../../dist/index.js'

const [path] = process.argv.slice(2)
const RECORD = 1000
let reads = 0
let records = 0
let going = true
process.stdin.on('end', () => {
  going = false
})
process.stdin.resume()

/** What is wrong with what was read; undefined where nothing is. */
function wrongWith(bytes, expected) {
  if (bytes.length % RECORD !== 0) return `${bytes.length} bytes are not a whole number of records`
  if (bytes.length < records * RECORD) return `${bytes.length} bytes, after ${records} records`
  if (bytes.length !== expected) return `${bytes.length} bytes where the header said ${expected}`
  const tags = new Set()
  for (let at = 0; at < bytes.length; at += RECORD) {
    const record = bytes.subarray(at, at + RECORD)
    const tag = record.subarray(0, record.indexOf(';') + 1).toString()
    if (!record.equals(Buffer.alloc(RECORD, tag)) || tags.has(tag)) return `the record at ${at} is not one`
    tags.add(tag)
  }
  records = bytes.length / RECORD
  return undefined
}

/** Opens an archive. @returns its size by the header, and what reads it */
async function open() {
  if (path.endsWith('.b2frame')) {
    const schunk = await SChunk.open(path)
    const read = () => schunk.bytes().finally(() => schunk.close())
    return { nbytes: schunk.nbytes, read }
  }
  const archive = await openArchive(path)
  const read = async () => {
    const sink = new MemorySink()
    await unpack(archive, new BytesPlainSink(sink), { threads: 1 })
    await archive.close()
    return sink.bytes
  }
  return { nbytes: archive.nbytes, read }
}

const problems = []
while (going) {
  try {
    const { nbytes, read } = await open()
    // Appends go on between the opening and the reading.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
    const problem = wrongWith(Buffer.from(await read()), nbytes)
    if (problem !== undefined) problems.push(problem)
  } catch (error) {
    problems.push(`${error.code}: ${error.message}`)
  }
  reads++
  await new Promise((resolve) => setImmediate(resolve))
}
process.stdout.write(JSON.stringify({ reads, problems: problems.slice(0, 5) }))
