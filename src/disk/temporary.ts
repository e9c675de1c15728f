import { basename, dirname, join } from 'node:path'

/** A name for a temporary file beside another; whoever creates it must still do so exclusively. */
export function temporaryBeside(path: string): string {
  // Loading node:crypto for better randomness would cost more than writing a small file.
  const tag = `${process.pid.toString(36)}${Math.random().toString(36).slice(2, 10)}`
  return join(dirname(path), `.${basename(path)}.${tag}.tmp`)
}
