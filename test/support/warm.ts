// Runs command lines in the process of the test, which loads program and SDK once: for what commands do, not their process.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import type { Outcome, RunOptions } from '../cli/run.js'

const CLI = join(import.meta.dirname, '..', '..', 'dist', 'bundle', 'cli.js')
/** Events that a run listens to, and would go on listening to. */
const WATCHED = ['uncaughtException', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const

class Collected extends Writable {
  #pieces: Buffer[] = []

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(Buffer.from(piece))
    done()
  }

  take(): Buffer {
    const all = Buffer.concat(this.#pieces)
    this.#pieces = []
    return all
  }
}

// The program keeps the streams that it finds first, and listens to them in each run.
const out = new Collected().setMaxListeners(0)
const err = new Collected().setMaxListeners(0)
let isRunning = false

/** Puts values in the place of others. @returns puts these back */
function replacing(values: Partial<Record<'stdin' | 'stdout' | 'stderr', unknown>>): () => void {
  const before = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name) ?? {}] as const,
  )
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true, writable: true })
  return () => {
    for (const [name, descriptor] of before) Object.defineProperty(process, name, descriptor)
  }
}

/** Sets variables of the environment, or takes them away. @returns undoes it */
function withEnvironment(values: Record<string, string | undefined>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const)
  const set = (entries: readonly (readonly [string, string | undefined])[]): void => {
    for (const [name, value] of entries) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
  set(Object.entries(values))
  return () => set(before)
}

/** Notes who listens to the process. @returns sends away who came since */
function notingListeners(): () => void {
  const before = WATCHED.map((event) => process.rawListeners(event))
  return () => {
    for (const [i, event] of WATCHED.entries())
      for (const listener of process.rawListeners(event))
        if (before[i]?.includes(listener) !== true)
          process.off(event, listener as (...args: unknown[]) => void)
  }
}

/**
 * Runs blpk with arguments, one command line at a time. What the program finds out once, such as what a store can do, and
 * loads once, such as plug-ins and credentials, stays for the next run.
 */
export async function warmBlpk(
  args: readonly string[],
  options: Omit<RunOptions, 'started'> = {},
): Promise<Outcome> {
  if (isRunning) throw new Error('only one command line runs at a time: take blpk() for the other')
  isRunning = true
  const { main } = createRequire(import.meta.url)(CLI) as { main(argv: readonly string[]): Promise<void> }
  const cwd = process.cwd()
  const { exitCode } = process
  const undo = [
    notingListeners(),
    withEnvironment({
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      COLUMNS: undefined,
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
      ...options.env,
    }),
    replacing({
      stdin: Readable.from(options.input === undefined ? [] : [Buffer.from(options.input)]),
      stdout: out,
      stderr: err,
    }),
  ]
  // Each run watches the end of the process.
  process.setMaxListeners(0)
  try {
    if (options.cwd !== undefined) process.chdir(options.cwd)
    process.exitCode = undefined
    await main([...args])
    return { code: Number(process.exitCode ?? 0), signal: null, out: out.take(), err: err.take().toString() }
  } finally {
    process.exitCode = exitCode
    process.chdir(cwd)
    for (const step of undo) step()
    isRunning = false
  }
}
