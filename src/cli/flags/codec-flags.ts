// Turns flags into the options of runs, locks and metadata.

import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { usage } from '../../core/errors.js'
import { attempt } from '../../core/io-errors.js'
import type { LockOptions, RunOptions } from '../../verbs/options.js'
import { type Context, say } from '../context.js'
import { isDash, shown } from '../dash.js'
import { oneLine } from '../exit.js'
import type { ProgressView } from '../progress-view.js'
import type { CliOptions } from './options.js'

/** How a change of an archive waits for others, as the engine takes it. */
export function lockOptions(context: Context): LockOptions {
  const { lock, lockTimeout, quiet } = context.options
  return {
    signal: context.signal,
    ...(lock !== undefined && { lock }),
    ...(lockTimeout !== undefined && { lockTimeout }),
    ...(quiet !== true && { onNote: (message) => say(`note: ${oneLine(message)}`) }),
  }
}

/** The options of a run, as the engine takes them. */
export function runOptions(context: Context, view: ProgressView): RunOptions {
  const { nthreads } = context.options
  return {
    signal: context.signal,
    callerWorks: true,
    onProgress: (progress) => view.update(progress),
    ...(nthreads !== undefined && { threads: nthreads }),
  }
}

/**
 * Reads the file of -m.
 * @param inputs the arguments that the data come from
 * @returns compact JSON text, or undefined without -m
 * @throws BlpkError USAGE where it is not JSON, NOT_FOUND, IO
 */
export async function readMetadata(o: CliOptions, ...inputs: string[]): Promise<string | undefined> {
  const { metadata: file } = o
  if (file === undefined) return undefined
  if (isDash(file) && inputs.some(isDash))
    throw usage('data and metadata cannot both come from standard input')
  const bytes = isDash(file) ? await buffer(process.stdin) : attempt('read', file, () => readFileSync(file))
  const { compactJson, readingJson } = await import('../../core/json/json.js')
  const { decodeJson } = await import('../../core/json/decode.js')
  try {
    return compactJson(readingJson('the metadata', () => decodeJson(bytes)))
  } catch (error) {
    throw usage(`'${shown(file)}': ${(error as Error).message}`)
  }
}
