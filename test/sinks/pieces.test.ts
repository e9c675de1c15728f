import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readFully, writeFully } from '../../dist/disk/fully.js'
import { StreamSink } from '../../dist/sinks/stream.js'
import { partSizes } from '../../dist/store/part-sizes.js'
import { LIMITS } from '../../dist/store/s3/limits.js'
import { isPosix, tempDir } from '../cli/run.js'

/** More than a system takes in one call. Nobody looks at most of it, so that it takes no memory. */
const HUGE = 2 ** 31 + 4

describe('no single read or write is of more than the system takes', () => {
  test.runIf(isPosix)('files', () => {
    const fd = openSync('/dev/null', 'r+')
    writeFully(fd, new Uint8Array(HUGE), null)
    writeFully(fd, new Uint8Array(HUGE), 0)
    closeSync(fd)
  })

  test('files that are shorter than what is asked for', () => {
    const path = join(tempDir(), 'short')
    writeFileSync(path, 'abc')
    const fd = openSync(path, 'r')
    expect(readFully(fd, new Uint8Array(HUGE), 0)).toBe(3)
    closeSync(fd)
  })

  test('pipes and devices', async () => {
    const sizes: number[] = []
    const stream = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        sizes.push(piece.length)
        done()
      },
    })
    const sink = new StreamSink(stream, 'a device')
    await sink.write(new Uint8Array(HUGE))
    await sink.write(new Uint8Array(0))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(HUGE)
    expect(Math.max(...sizes)).toBeLessThan(2 ** 31)
  })

  test('parts of an upload', () => {
    const sizes = Array.from({ length: 9999 }, (_, i) => partSizes(LIMITS, undefined)(i))
    expect(Math.max(...sizes)).toBeLessThan(2 ** 31)
    // An object of S3 may have 5 TiB.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(5 * 2 ** 40)
  })
})
