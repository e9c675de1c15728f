// The real part of the corpus, which scripts/setup-corpus.mjs takes out of wheels.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseNpyHeader } from '../../../dist/array/npy/index.js'
import { peersRequired } from '../peer.js'
import type { DataSet } from './data-set.js'

/** Filled by scripts/setup-corpus.mjs. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', '.corpus')
const EXTENSION = '.npy'
/** What Blosc 1 can say; larger items are bytes to it, and so here. */
const MOST_TYPESIZE = 255

function arrayIn(path: string): { typesize: number; plain: Uint8Array } {
  const file = new Uint8Array(readFileSync(path))
  const header = parseNpyHeader(file)
  if ('needed' in header) throw new Error(`${path} ends in its header`)
  const { itemsize, headerBytes } = header
  return { typesize: itemsize > MOST_TYPESIZE ? 1 : itemsize, plain: file.subarray(headerBytes) }
}

function realArray(file: string): DataSet {
  const { typesize, plain } = arrayIn(join(FOLDER, file))
  const bytes = (most: number) => plain.subarray(0, Math.floor(most / typesize) * typesize)
  return { name: `real-${file.slice(0, -EXTENSION.length)}`, typesize, bytes }
}

/** Measurements and pictures of PyPI's packages. Adds a test that fails, or says so in one line, where they are missing. */
export function realArrays(): DataSet[] {
  const there = existsSync(join(FOLDER, 'stamp'))
  test('the real arrays are there to compare ratios on', () => {
    if (peersRequired()) expect(there, `${FOLDER} is missing; run: node scripts/setup-corpus.mjs`).toBe(true)
    else if (!there) console.warn('not checked, for want of the real arrays: their compression ratios')
  })
  const files = there ? readdirSync(FOLDER).filter((name) => name.endsWith(EXTENSION)) : []
  return files.sort().map(realArray)
}
