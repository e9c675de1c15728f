import { fstatSync, ftruncateSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as tty from 'node:tty'
import { BlpkError } from '../errors.js'
import { attempt } from '../io-errors.js'
import type { ByteSink } from './byte-sink.js'
import { writeFully } from './file.js'
import { StreamSink } from './stream.js'

const STDOUT = 1
const NAME = 'standard output'

/**
 * Standard output that is a file or a device: written in order. Node's own stream would not notice that a write to a
 * full disk took only some of the bytes.
 */
class DirectSink implements ByteSink {
  readonly name = NAME
  readonly seekable: boolean = false

  write(bytes: Uint8Array): void {
    attempt('write', NAME, () => writeFully(STDOUT, bytes, null))
  }

  patch(_position: number, _bytes: Uint8Array): void {
    throw new BlpkError('UNSUPPORTED', `'${NAME}' cannot be patched`)
  }

  commit(): void {}

  discard(): void {}
}

/** Standard output redirected to an empty regular file: it can be patched as well. */
class RedirectSink extends DirectSink {
  override readonly seekable = true

  override patch(position: number, bytes: Uint8Array): void {
    attempt('write', NAME, () => writeFully(STDOUT, bytes, position))
  }

  override discard(): void {
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

function isTerminal(): boolean {
  // Loading `node:tty` takes milliseconds.
  return (createRequire(import.meta.url)('node:tty') as typeof tty).isatty(STDOUT)
}

/** A sink for bytes that go to standard output in order, whatever it is. @throws BlpkError IO */
export function openOrderedStdout(): ByteSink {
  const stat = attempt('write', NAME, () => fstatSync(STDOUT))
  if (stat.isFile() || (stat.isCharacterDevice() && !isTerminal())) return new DirectSink()
  // The sink says what goes wrong; nobody else is asked to.
  return new StreamSink(
    process.stdout.on('error', () => {}),
    NAME,
  )
}

/** The sink for `-`: patched where it is an empty regular file, written in order everywhere else. @throws BlpkError IO */
export function openStdout(): ByteSink {
  const isPatchable = attempt('write', NAME, () => {
    const stat = fstatSync(STDOUT)
    return stat.isFile() && stat.size === 0 && obeysPositions()
  })
  return isPatchable ? new RedirectSink() : openOrderedStdout()
}
