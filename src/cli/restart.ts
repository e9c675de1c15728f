// Runs the program once more with less address space, if that is limited.

import type * as childProcess from 'node:child_process'
import { createRequire } from 'node:module'
import { addressSpaceLimit, GUARDED_BYTES, UNGUARDED } from '../core/address-space.js'
import { dieOf } from './interrupt.js'

/** Memories that a run may have at a time, of which Node would reserve {@link GUARDED_BYTES} for each. */
const MEMORIES = 6
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Is the address space too small for what Node reserves, where it could do with less? */
export function needsRestart(): boolean {
  return (
    addressSpaceLimit() < MEMORIES * GUARDED_BYTES &&
    !process.execArgv.includes(UNGUARDED) &&
    process.env.NODE_OPTIONS?.includes(UNGUARDED) !== true &&
    process.allowedNodeEnvironmentFlags.has(UNGUARDED)
  )
}

/** Descriptors beyond the standard ones that the arguments name, such as those of the shell's `<(…)`. */
function inherited(argv: readonly string[]): ('inherit' | 'ignore' | number)[] {
  const numbers = argv.flatMap((argument) => {
    const [, number] = /\/fd\/(\d+)$/.exec(argument) ?? []
    return number === undefined || Number(number) < 3 ? [] : [Number(number)]
  })
  return Array.from({ length: Math.max(2, ...numbers) + 1 }, (_, fd) =>
    fd < 3 ? 'inherit' : numbers.includes(fd) ? fd : 'ignore',
  )
}

/**
 * Runs the program once more, by a Node that reserves no more address space than memories may grow to, and ends as that
 * ends.
 * @returns false where no other process could be started
 */
export function restart(argv: readonly string[]): Promise<boolean> {
  const { spawn } = createRequire(import.meta.url)('node:child_process') as typeof childProcess
  const [, program = ''] = process.argv
  const args = [...process.execArgv, UNGUARDED, program, ...argv]
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: inherited(argv) })
    const pass = (signal: NodeJS.Signals): boolean => child.kill(signal)
    for (const signal of SIGNALS) process.on(signal, pass)
    child.on('error', () => {
      for (const signal of SIGNALS) process.off(signal, pass)
      resolve(false)
    })
    child.on('close', (code, signal) => {
      if (signal !== null) dieOf(signal)
      process.exitCode = code ?? 1
      resolve(true)
    })
  })
}
