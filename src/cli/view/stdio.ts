// Standard error and checks for terminals, loaded late because Node takes milliseconds for them.

import { fstatSync } from 'node:fs'
import { tty } from '../../core/node-modules.js'

let error: NodeJS.WriteStream | undefined

/** Standard error; made when it is first used, because that takes milliseconds. Where it cannot be written, nobody reads it. */
export function standardError(): NodeJS.WriteStream {
  error ??= process.stderr.on('error', () => {})
  return error
}

function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice()
  } catch {
    return false
  }
}

/** Does the descriptor lead to a terminal? What is no device is none, and `node:tty` takes milliseconds to load. */
export function isTerminal(fd: number): boolean {
  return isDevice(fd) && tty().isatty(fd)
}

/** Is standard error a terminal? */
export function errorIsTerminal(): boolean {
  return isTerminal(2)
}
