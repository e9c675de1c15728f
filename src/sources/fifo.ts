// Opens named pipes without blocking the process until the other end connects.

import { closeSync, constants, open, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import { BlpkError } from '../core/errors.js'
import { ioError } from '../core/io-errors.js'
import { net } from '../core/node-modules.js'

type Direction = 'r' | 'w'

function openDescriptor(path: string, direction: Direction): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, direction, (error, fd) => {
      if (error === null) resolve(fd)
      else reject(ioError(error, 'open', path))
    })
  })
}

/** Ends the wait for the other end of a named pipe by opening it for a moment. */
function standIn(path: string): void {
  closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
}

/**
 * Opens a named pipe, waiting for the other end. Unlike a file stream, it blocks no thread, so an interrupt
 * ends the process.
 * @throws BlpkError INTERRUPTED if the signal comes first; IO
 */
export async function openFifo(path: string, direction: Direction, signal?: AbortSignal): Promise<Socket> {
  const wakeUp = (): void => standIn(path)
  signal?.addEventListener('abort', wakeUp, { once: true })
  try {
    const fd = await openDescriptor(path, direction)
    if (signal?.aborted === true) throw new BlpkError('INTERRUPTED', 'interrupted')
    return new (net().Socket)({ fd, readable: direction === 'r', writable: direction === 'w' })
  } finally {
    signal?.removeEventListener('abort', wakeUp)
  }
}
