import { isatty } from 'node:tty'

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

/** Is standard error a terminal? */
export function errorIsTerminal(): boolean {
  return isatty(2)
}
