// Writes to standard output and other open descriptors.

import { fstatSync, ftruncateSync } from 'node:fs'
import type { Writable } from 'node:stream'
import type { ByteSink } from '../bytes/byte-sink.js'
import { BlpkError } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { net, tty } from '../core/node-modules.js'
import { isInnerPipe } from '../disk/descriptors.js'
import { writeFully } from '../disk/fully.js'
import { StreamSink } from './stream.js'

const STDOUT = 1
const STDERR = 2
const NAME = 'standard output'

/**
 * A descriptor of a file or a device, written in order. Node's own stream would not notice a partial write to
 * a full disk.
 */
class DirectSink implements ByteSink {
  readonly name: string
  readonly seekable: boolean = false
  protected readonly descriptor: number

  constructor(descriptor: number, name: string) {
    this.descriptor = descriptor
    this.name = name
  }

  write(bytes: Uint8Array): void {
    attempt('write', this.name, () => writeFully(this.descriptor, bytes, null))
  }

  patch(_position: number, _bytes: Uint8Array): void {
    throw new BlpkError('UNSUPPORTED', `'${this.name}' cannot be patched`)
  }

  commit(): void {}

  discard(): void {}
}

/** A descriptor of an empty regular file, which can also be patched. */
class RedirectSink extends DirectSink {
  override readonly seekable = true

  override patch(position: number, bytes: Uint8Array): void {
    attempt('write', this.name, () => writeFully(this.descriptor, bytes, position))
  }

  override discard(): void {
    ftruncateSync(this.descriptor, 0)
  }
}

/**
 * Whether writes at a position are possible. With append mode (`>>`), POSIX writes at the end, which only an
 * attempt reveals.
 */
function obeysPositions(fd: number): boolean {
  const probe = new Uint8Array(1)
  writeFully(fd, probe, 0)
  writeFully(fd, probe, 0)
  const obeyed = fstatSync(fd).size === 1
  ftruncateSync(fd, 0)
  return obeyed
}

function isTerminal(fd: number): boolean {
  return tty().isatty(fd)
}

function streamOf(fd: number): Writable {
  // The sink reports errors; no other handler is needed.
  if (fd === STDOUT) return process.stdout.on('error', () => {})
  if (fd === STDERR) return process.stderr.on('error', () => {})
  return new (net().Socket)({ fd, readable: false, writable: true })
}

function orderedSink(fd: number, name: string): ByteSink {
  const stat = attempt('write', name, () => fstatSync(fd))
  const isDirect = stat.isFile() || (stat.isCharacterDevice() && (fd > STDERR || !isTerminal(fd)))
  return isDirect ? new DirectSink(fd, name) : new StreamSink(streamOf(fd), name)
}

/** A sink for standard output, written in order. @throws BlpkError IO */
export function openOrderedStdout(): ByteSink {
  return orderedSink(STDOUT, NAME)
}

/**
 * A sink for an open descriptor, which stays open: patched if it is an empty regular file, otherwise written
 * in order.
 * @param name for messages
 * @throws BlpkError IO
 */
export function openDescriptorSink(fd: number, name: string): ByteSink {
  if (isInnerPipe(fd))
    throw new BlpkError('IO', `cannot write '${name}': it is not open for this operation`, { path: name })
  const isPatchable = attempt('write', name, () => {
    const stat = fstatSync(fd)
    return stat.isFile() && stat.size === 0 && obeysPositions(fd)
  })
  return isPatchable ? new RedirectSink(fd, name) : orderedSink(fd, name)
}
