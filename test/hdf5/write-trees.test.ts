import { expect, test } from 'vitest'
import { ChunkRows } from '../../dist/format/hdf5/write/chunk-rows.js'
import { type ChunkGrid, layChunkTree } from '../../dist/format/hdf5/write/chunk-tree.js'
import type { Blocks, Place } from '../../dist/format/hdf5/write/place.js'
import { laySymbolTable } from '../../dist/format/hdf5/write/symbol-table.js'

const START = 1000

/** What blocks hold at the addresses that they were given. */
function laid<T>(make: (place: Place) => Blocks<T>): { bytes: Buffer; value: T } {
  const blocks: Uint8Array[] = [new Uint8Array(START)]
  const place = { position: START }
  const steps = make(place)
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) blocks.push(step.value)
  const bytes = Buffer.concat(blocks)
  expect(bytes.length).toBe(place.position)
  return { bytes, value: step.value }
}

interface Found {
  left: Buffer
  child: number
  right: Buffer
}

/** The items of a tree, whose nodes must be linked to their neighbours and agree with them on keys. */
function walk(bytes: Buffer, root: number, type: number, keyBytes: number): Found[] {
  const address = (at: number) => bytes.readBigUInt64LE(at)
  let nodes: Found[] = [{ left: Buffer.alloc(0), child: root, right: Buffer.alloc(0) }]
  for (let level = bytes[root + 5] ?? 0; level >= 0; level--) {
    const next: Found[] = []
    for (const [i, { child: at }] of nodes.entries()) {
      expect(bytes.toString('latin1', at, at + 4)).toBe('TREE')
      expect([bytes[at + 4], bytes[at + 5]]).toEqual([type, level])
      const none = 2n ** 64n - 1n
      expect(address(at + 8)).toBe(i === 0 ? none : BigInt(nodes[i - 1]?.child ?? 0))
      expect(address(at + 16)).toBe(i === nodes.length - 1 ? none : BigInt(nodes[i + 1]?.child ?? 0))
      const key = (k: number) =>
        bytes.subarray(at + 24 + k * (keyBytes + 8), at + 24 + k * (keyBytes + 8) + keyBytes)
      for (let k = 0; k < bytes.readUInt16LE(at + 6); k++) {
        const child = Number(address(at + 24 + k * (keyBytes + 8) + keyBytes))
        const item = { left: key(k), child, right: key(k + 1) }
        const before = next.at(-1)
        if (before !== undefined) expect(before.right).toEqual(item.left)
        next.push(item)
      }
    }
    nodes = next
  }
  return nodes
}

function offsetsOf(key: Buffer): number[] {
  return Array.from({ length: key.length / 8 - 1 }, (_, axis) => Number(key.readBigUInt64LE(8 + 8 * axis)))
}

function rowsOf(positions: readonly number[]): ChunkRows {
  const rows = new ChunkRows()
  for (const position of positions)
    rows.add(position, { address: 7 * position, cbytes: position + 1, mask: position % 3 })
  return rows
}

const GRID: ChunkGrid = { shape: [100, 29, 11], chunkShape: [1, 3, 2], itemsize: 4 }

test.each([1, 2, 64, 65, 128, 4096, 4097])('a tree of %i chunks', (count) => {
  // Every second position, backwards.
  const rows = rowsOf(Array.from({ length: count }, (_, i) => 2 * (count - 1 - i)))
  const grid = { ...GRID, shape: [200, 29, 11] }
  const { bytes, value } = laid((place) => layChunkTree(place, rows, grid))
  const found = walk(bytes, value ?? 0, 1, 40)
  expect(found.length).toBe(count)
  for (const [i, { left, child }] of found.entries()) {
    const position = 2 * i
    expect(child).toBe(7 * position)
    expect([left.readUInt32LE(0), left.readUInt32LE(4)]).toEqual([position + 1, position % 3])
    const [a, b, c] = [Math.floor(position / 60), Math.floor(position / 6) % 10, position % 6]
    expect(offsetsOf(left)).toEqual([a, 3 * b, 2 * c, 0])
  }
  expect(offsetsOf(found.at(-1)?.right ?? Buffer.alloc(8))).toEqual([200, 30, 12, 4])
})

test('nodes are as large as full ones, and none but the last is less full', () => {
  const { bytes } = laid((place) => layChunkTree(place, rowsOf([...Array(65).keys()]), GRID))
  expect(bytes.length - START).toBe(3 * (24 + 64 * 8 + 65 * 40))
})

test('no chunks, no tree', () => {
  expect(laid((place) => layChunkTree(place, rowsOf([]), GRID)).value).toBeUndefined()
})

/** Finds a name as HDF5 does: the left key of a node is less than its names, the right one is its last name. */
function find(
  bytes: Buffer,
  { tree, heap }: { tree: number; heap: number },
  name: Buffer,
): number | undefined {
  const data = Number(bytes.readBigUInt64LE(heap + 24))
  const nameAt = (offset: number) => {
    const at = data + offset
    return bytes.subarray(at, bytes.indexOf(0, at))
  }
  let at = tree
  for (let level = bytes[tree + 5] ?? 0; level >= 0; level--) {
    const used = bytes.readUInt16LE(at + 6)
    const key = (k: number) => nameAt(Number(bytes.readBigUInt64LE(at + 24 + 16 * k)))
    let k = 0
    while (k < used && !(Buffer.compare(key(k), name) < 0 && Buffer.compare(name, key(k + 1)) <= 0)) k++
    if (k === used) return undefined
    at = Number(bytes.readBigUInt64LE(at + 24 + 16 * k + 8))
  }
  expect(bytes.toString('latin1', at, at + 4)).toBe('SNOD')
  for (let i = 0; i < bytes.readUInt16LE(at + 6); i++) {
    const entry = at + 8 + 40 * i
    if (nameAt(Number(bytes.readBigUInt64LE(entry))).equals(name))
      return Number(bytes.readBigUInt64LE(entry + 8))
  }
  return undefined
}

test.each([0, 1, 8, 9, 256, 257, 2500])('a group of %i names', (count) => {
  const entries = Array.from({ length: count }, (_, i) => ({
    name: `${(i * 7919) % 10_007}é`,
    address: i + 1,
  }))
  const { bytes, value } = laid((place) => laySymbolTable(place, entries))
  for (const { name, address } of entries) expect(find(bytes, value, Buffer.from(name))).toBe(address)
  for (const name of ['', '!', '5', '\u{1f642}'])
    expect(find(bytes, value, Buffer.from(name))).toBeUndefined()
  const leaves = walk(bytes, value.tree, 0, 8).map(({ child }) => bytes.readUInt16LE(child + 6))
  expect(leaves.reduce((sum, names) => sum + names, 0)).toBe(count)
})

test('names are in the order of their bytes, not of UTF-16', () => {
  const entries = ['\u{1f642}', '\uffee', 'Z', 'a'].map((name, address) => ({ name, address }))
  const { bytes, value } = laid((place) => laySymbolTable(place, entries))
  const [leaf] = walk(bytes, value.tree, 0, 8)
  const order = [0, 1, 2, 3].map((i) => Number(bytes.readBigUInt64LE((leaf?.child ?? 0) + 16 + 40 * i)))
  expect(order).toEqual([2, 3, 1, 0])
})

test.each(['', '.', 'a/b', 'a\0b'])('no object is called %j', (name) => {
  expect(() => laid((place) => laySymbolTable(place, [{ name, address: 1 }]))).toThrow('HDF5 has no name')
})
