// What a run of `blpk decompress` reads and writes, with and without `--salvage`.

import { type Context, sayVerbose } from '../context.js'
import { isDash } from '../dash.js'

/** One run of the command. */
export interface Job {
  input: string
  output: string
  /** Was no output named? */
  isDefault: boolean
}

/** Settles the name of the output, once it is known whether a `.npy` file is written. */
export function nameOutput(job: Job, isNpy: boolean, { options }: Context): string {
  const lacksName = isNpy && !/\.npy$/i.test(job.output)
  if (job.isDefault && lacksName && !isDash(job.output)) job.output += '.npy'
  sayVerbose(options, `input is '${job.input}'; output is '${job.output}'`)
  return job.output
}
