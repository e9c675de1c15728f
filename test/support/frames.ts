import { formatNpyHeader } from '../../dist/array/npy/index.js'
import { verifyFrame } from '../../dist/format/blosc2/damage/verify.js'
import { recoverFrame as recoverPlace } from '../../dist/format/blosc2/recover.js'
import type { RecoveryReport } from '../../dist/format/recovery.js'
import { BlpkError, BytesPlainSink, MemorySink, MemorySource, NDArray, SChunk } from '../../dist/index.js'
import { makeData } from './data.js'

/** A small frame with checksums, of which it is known where its chunks lie. */
export interface FrameVictim {
  name: string
  frame: Uint8Array
  plain: Uint8Array
  /** Of the array, where it is one. */
  shape?: readonly number[]
  chunks?: readonly number[]
  /** Plain size of a chunk, in bytes. */
  chunksize: number
  /** Start and end of each stored chunk, with its place in the index. */
  extents: { start: number; stop: number; index: number }[]
  nchunks: number
}

async function mapped(name: string, s: SChunk, more: Partial<FrameVictim> = {}): Promise<FrameVictim> {
  const frame = await s.toCframe()
  const extents: FrameVictim['extents'] = []
  const view = new DataView(frame.buffer, frame.byteOffset)
  let start = view.getUint32(11)
  for (let index = 0; index < s.nchunks; index++) {
    const chunk = await s.chunk(index)
    const stored = Buffer.compare(frame.subarray(start, start + chunk.length), chunk) === 0
    if (!stored) continue
    extents.push({ start, stop: start + chunk.length, index })
    start += chunk.length
  }
  const plain = await s.bytes()
  return { name, frame, plain, chunksize: s.chunkSize, extents, nchunks: s.nchunks, ...more }
}

/** Frames of several small chunks: with special values and metalayers, of chunks of their own size, an array. */
export async function frameVictims(): Promise<FrameVictim[]> {
  const plain = makeData('noisy', 600, 4, 3)
  const zeros = new Uint8Array(240)
  const data = Buffer.concat([plain.subarray(0, 240), zeros, plain.subarray(240)])
  const meta: [string, Uint8Array][] = [['own', Uint8Array.of(0xa1, 0x61)]]
  const plainFrame = await SChunk.create({ typesize: 4, chunkSize: 240, codec: 'lz4', meta }, data)
  plainFrame.vlmeta.set('mine', Uint8Array.of(0xa1, 0x63))
  const variable = await SChunk.create({ typesize: 2, chunkSize: 200 }, plain.subarray(0, 200))
  await variable.appendChunk(plain.subarray(200, 500))
  await variable.appendChunk(plain.subarray(500, 600))
  const array = await NDArray.zeros([13, 11], '<i4', { chunks: [5, 6], blocks: [3, 3], codec: 'blosclz' })
  await array.set(
    [{ start: 0, stop: 10 }],
    Int32Array.from({ length: 110 }, (_, i) => i * 7919),
  )
  const shape = { shape: array.shape, chunks: array.chunks, plain: (await array.slice()).data }
  return [
    await mapped('frame', plainFrame),
    await mapped('chunks of their own size', variable),
    await mapped('array', array.schunk, shape),
  ]
}

/** What verify says of bytes: `silent` where it finds nothing at all. */
export async function frameVerdict(frame: Uint8Array): Promise<'silent' | 'note' | 'damage'> {
  const report = await verifyFrame(new MemorySource(frame))
  if (report.findings.length === 0) return 'silent'
  return report.ok ? 'note' : 'damage'
}

export interface RecoveredFrame {
  report: RecoveryReport
  frame: Uint8Array
  /** Plain bytes with zeros for what is lost; of an array in C order. */
  plain: Uint8Array
}

/** Repairs and salvages; undefined where no chunk can be recovered. */
export async function recoverFrame(frame: Uint8Array): Promise<RecoveredFrame | undefined> {
  try {
    const place = { source: new MemorySource(frame) }
    const recovery = await recoverPlace(place, {})
    const repaired = new MemorySink()
    await recovery.writeSound(repaired, {})
    const filled = await recoverPlace(place, { fill: 'zeros', readable: true })
    const layout = filled.layout()
    if (layout !== undefined) formatNpyHeader(layout)
    const salvaged = new MemorySink()
    await filled.writePlain(new BytesPlainSink(salvaged), {})
    return { report: recovery.report, frame: repaired.bytes, plain: salvaged.bytes }
  } catch (error) {
    if (error instanceof BlpkError && error.code === 'DAMAGED') return undefined
    throw error
  }
}

/** The plain bytes, of an array in C order; a code where they are refused. */
export async function readFrame(victim: FrameVictim, frame: Uint8Array): Promise<Uint8Array | string> {
  try {
    if (victim.shape === undefined) return await (await SChunk.open(frame)).bytes()
    return (await (await NDArray.open(frame)).slice()).data
  } catch (error) {
    if (error instanceof BlpkError) return error.code
    throw error
  }
}

/** Which plain bytes may be zeros, where a chunk of the victim is lost? */
export function lostBytes(victim: FrameVictim, index: number): (at: number) => boolean {
  const { shape, chunks, chunksize } = victim
  if (shape === undefined || chunks === undefined) return (at) => Math.floor(at / chunksize) === index
  const [columns = 1] = shape.slice(1)
  const grid = Math.ceil(columns / (chunks[1] ?? 1))
  return (at) => {
    const item = Math.floor(at / 4)
    const row = Math.floor(Math.floor(item / columns) / (chunks[0] ?? 1))
    return row * grid + Math.floor((item % columns) / (chunks[1] ?? 1)) === index
  }
}
