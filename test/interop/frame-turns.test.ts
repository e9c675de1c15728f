import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { changeArray, changeFrame, NDArray, SChunk } from '../../dist/index.js'
import { type PeerStep, startPeer } from '../support/peer.js'
import { between, type Random, seeded } from '../support/random.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

const peer = await startPeer('frames changed in turns by both')
const directory = scratchDirectory()
const CHUNK = 4000

/** What the frame should hold, as a list of chunks and of variable-length metalayers. */
interface Model {
  chunks: Uint8Array[]
  vlmeta: Map<string, string>
}

function chunkOf(random: Random, nbytes = CHUNK): Uint8Array {
  const kind = between(random, 0, 4)
  const value = between(random, 1, 250)
  // Some chunks are zeros, which stand in the index alone, and some do not compress.
  if (kind === 0) return new Uint8Array(nbytes)
  if (kind === 1) return Uint8Array.from({ length: nbytes }, () => between(random, 0, 255))
  return Uint8Array.from({ length: nbytes }, (_, i) => (value + (i >> 5)) & 0xff)
}

/** A step, and what becomes of the model by it. */
function nextStep(random: Random, model: Model, write: (bytes: Uint8Array) => string): PeerStep {
  const { chunks, vlmeta } = model
  const kind =
    chunks.length < 3
      ? 'append'
      : ['append', 'insert', 'update', 'delete', 'set', 'remove'][between(random, 0, 5)]
  const index = between(random, 0, Math.max(0, chunks.length - 1))
  const name = `m${between(random, 0, 3)}`
  if (kind === 'append') {
    const bytes = chunkOf(random)
    chunks.push(bytes)
    return { kind, input: write(bytes) }
  }
  if (kind === 'insert' || kind === 'update') {
    const bytes = chunkOf(random)
    chunks.splice(index, kind === 'insert' ? 0 : 1, bytes)
    return { kind, index, input: write(bytes) }
  }
  if (kind === 'delete') {
    chunks.splice(index, 1)
    return { kind, index }
  }
  if (kind === 'remove' && vlmeta.delete(name)) return { kind, name }
  const value = 'v'.repeat(between(random, 0, 300))
  vlmeta.set(name, value)
  return { kind: 'set', name, value }
}

function msgpackString(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const head = bytes.length < 32 ? [0xa0 + bytes.length] : [0xda, bytes.length >> 8, bytes.length & 0xff]
  return Buffer.concat([Uint8Array.from(head), bytes])
}

/** Makes steps of ours, in one change. */
async function make(
  path: string,
  steps: readonly PeerStep[],
  read: (input: string) => Uint8Array,
): Promise<void> {
  await changeFrame(path, async (s) => {
    for (const step of steps) {
      if (step.kind === 'append') await s.appendChunk(read(step.input))
      else if (step.kind === 'insert') await s.insertChunk(step.index, read(step.input))
      else if (step.kind === 'update') await s.updateChunk(step.index, read(step.input))
      else if (step.kind === 'delete') await s.deleteChunk(step.index)
      else if (step.kind === 'remove') s.vlmeta.delete(step.name)
      else if (step.kind === 'set') s.vlmeta.set(step.name, msgpackString(step.value as string))
    }
  })
}

describe.skipIf(peer === undefined)('frames changed in turns', () => {
  test.each([1, 2, 3, 4])('chunks and metalayers, seed %i', { timeout: 120_000 }, async (seed) => {
    if (peer === undefined) return
    const random = seeded(seed)
    const path = join(directory, `turns-${seed}.b2frame`)
    const files = new Map<string, Uint8Array>()
    const write = (bytes: Uint8Array): string => {
      const name = join(directory, `chunk-${seed}-${files.size}`)
      writeFileSync(name, bytes)
      files.set(name, bytes)
      return name
    }
    const read = (name: string): Uint8Array => files.get(name) ?? new Uint8Array()
    const model: Model = { chunks: [chunkOf(random), chunkOf(random)], vlmeta: new Map() }
    await (await SChunk.create({ typesize: 4, chunkSize: CHUNK }, Buffer.concat(model.chunks))).save(path)
    for (let turn = 0; turn < 30; turn++) {
      const steps = Array.from({ length: between(random, 1, 4) }, () => nextStep(random, model, write))
      if (turn % 2 === 0) await make(path, steps, read)
      else await peer.call('b2_change', { archive: path, steps })
      const expected = Buffer.concat(model.chunks)
      const schunk = await SChunk.open(path)
      expect(sameBytes(await schunk.bytes(), expected), `turn ${turn}: ${JSON.stringify(steps)}`).toBe(true)
      expect([...schunk.vlmeta.keys()].sort()).toEqual([...model.vlmeta.keys()].sort())
      await schunk.close()
      const seen = await peer.call('b2_describe', { input: path })
      expect(seen, `turn ${turn}`).toMatchObject({ nchunks: model.chunks.length, sha256: sha256(expected) })
      expect(seen.vlmeta).toEqual(Object.fromEntries(model.vlmeta))
    }
  })

  test('rows of an array that Python made, where it stands', async () => {
    if (peer === undefined) return
    const [input, path] = [join(directory, 'rows'), join(directory, 'turns.b2nd')]
    const rows = (from: number, count: number): Float32Array =>
      Float32Array.from({ length: count * 7 }, (_, i) => from * 7 + i)
    writeFileSync(input, rows(0, 50))
    const made = { codec: 'zstd', typesize: 4, filters: [['shuffle', 0]] as [string, number][] }
    const cuts = { chunks: [16, 7], blocks: [4, 7] }
    await peer.call('b2_array', { ...made, ...cuts, input, output: path, dtype: '<f4', shape: [50, 7] })
    const { ino } = statSync(path)
    let count = 50
    for (let turn = 0; turn < 6; turn++) {
      await changeArray(path, (array) => array.append(rows(count, 5)))
      count += 5
      if (turn === 0) expect(statSync(path).ino).toBe(ino)
      const seen = await peer.call('b2_describe', { input: path })
      expect(seen).toMatchObject({ shape: [count, 7], sha256: sha256(Buffer.from(rows(0, count).buffer)) })
      // Python takes rows off, so that the next chunk at the edge holds what is no longer there.
      count -= 3
      await peer.call('b2_change', { archive: path, steps: [{ kind: 'resize', shape: [count, 7] }] })
      const array = await NDArray.open(path)
      expect(sameBytes((await array.slice()).data, Buffer.from(rows(0, count).buffer))).toBe(true)
      await array.close()
    }
  })
})
