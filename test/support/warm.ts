// Runs command lines in the process of the test, which loads program and SDK once: for what commands do, not their process.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { blpk, type Outcome, type RunOptions } from '../cli/run.js'
import { ALL } from './long.js'

const CLI = join(import.meta.dirname, '..', '..', 'dist', 'bundle', 'cli.js')
/** Events that a run listens to, also after its end. */
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

// The program keeps the streams of its first run, and adds listeners to them in each run.
const out = new Collected().setMaxListeners(0)
const err = new Collected().setMaxListeners(0)
let isRunning = false

/** Replaces properties of the process. @returns a function that restores them */
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

/** Sets or removes environment variables. @returns a function that restores them */
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

/** Records the listeners of the process. @returns a function that removes the ones added since */
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
 * Runs blpk with arguments, one command line at a time; in `npm run test:all` in a process of its own. In `npm test`, what the
 * program finds out or loads once stays for the next run: abilities of a store, plug-ins, credentials.
 */
export async function warmBlpk(
  args: readonly string[],
  options: Omit<RunOptions, 'started'> = {},
): Promise<Outcome> {
  if (ALL) return blpk(args, options)
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

/** The plug-ins of each command line. In `npm test` only the first one names them, because what it loads stays. */
export function pluginsOnce(flags: readonly string[]): () => readonly string[] {
  let left = flags
  return () => {
    const named = left
    if (!ALL) left = []
    return named
  }
}
