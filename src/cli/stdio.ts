import { fstatSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as tty from 'node:tty'

let error: NodeJS.WriteStream | undefined
let output: NodeJS.WriteStream | undefined

/** Errors of the standard streams are the business of whoever writes to them. */
function leaveErrors(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on('error', () => {})
}

/** Standard error; made when it is first used, because that takes milliseconds. */
export function standardError(): NodeJS.WriteStream {
  error ??= leaveErrors(process.stderr)
  return error
}

/** Standard output; made when it is first used. */
export function standardOutput(): NodeJS.WriteStream {
  output ??= leaveErrors(process.stdout)
  return output
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
  return isDevice(fd) && (createRequire(import.meta.url)('node:tty') as typeof tty).isatty(fd)
}

/** Is standard error a terminal? */
export function errorIsTerminal(): boolean {
  return isTerminal(2)
}
