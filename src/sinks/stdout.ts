import { fstatSync, ftruncateSync } from 'node:fs'
import { attempt } from '../io-errors.js'
import type { ByteSink } from './byte-sink.js'
import { writeFully } from './file.js'
import { StreamSink } from './stream.js'

const STDOUT = 1
const NAME = 'standard output'

/** Standard output redirected to an empty regular file: written in order and patched. */
class RedirectSink implements ByteSink {
  readonly name = NAME
  readonly seekable = true

  write(bytes: Uint8Array): void {
    attempt('write', NAME, () => writeFully(STDOUT, bytes, null))
  }

  patch(position: number, bytes: Uint8Array): void {
    attempt('write', NAME, () => writeFully(STDOUT, bytes, position))
  }

  commit(): void {}

  discard(): void {
    ftruncateSync(STDOUT, 0)
  }
}

/**
 * Does a write at a position go there? Opened for appending (`>>`), POSIX puts it at the end, and
 * nothing but a try tells.
 */
function obeysPositions(): boolean {
  const probe = new Uint8Array(1)
  writeFully(STDOUT, probe, 0)
  writeFully(STDOUT, probe, 0)
  const obeyed = fstatSync(STDOUT).size === 1
  ftruncateSync(STDOUT, 0)
  return obeyed
}

/** The sink for `-`: patched where it is an empty regular file, streamed everywhere else. */
export function openStdout(): ByteSink {
  const stat = fstatSync(STDOUT)
  if (stat.isFile() && stat.size === 0 && obeysPositions()) return new RedirectSink()
  // The sink says what goes wrong; nobody else is asked to.
  return new StreamSink(
    process.stdout.on('error', () => {}),
    NAME,
  )
}
