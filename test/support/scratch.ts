import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A directory for the files of a test file, removed when it is done. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'blpk-test-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Are the bytes the same? Far quicker than an assertion that explains where they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
