// The part of `blpk clean` that looks through local directories.

import { type Cleaned, cleanDirectory } from '../../verbs/clean-directory.js'
import { type Context, sayError } from '../context.js'
import { oneLine, worst } from '../exit.js'

export { type Cleaned, checkDirectory } from '../../verbs/clean-directory.js'

/**
 * Removes what killed runs left in a directory; with `--dry-run` it is only looked for.
 * @param age seconds after which leftovers are old enough that others may use; of our own, `olderThan` says it
 * @returns what was found, and the exit code
 */
export async function clean(
  directory: string,
  age: number,
  { signal, options }: Context,
): Promise<{ found: Cleaned[]; code: number }> {
  const codes: number[] = []
  const before = Date.now() - age * 1000
  const found = await cleanDirectory(directory, {
    before,
    ownBefore: options.olderThan === undefined ? Number.POSITIVE_INFINITY : before,
    dryRun: options.dryRun === true,
    signal,
    onFailure: (error, path) => codes.push(sayError(error, options, path)),
  })
  return { found, code: worst(codes) }
}

/** A line for something that was found. */
export function cleanedLine({ path, kind, why, isWaste, removed }: Cleaned): string {
  const what = kind === 'temporary' ? 'temporary file' : 'journal'
  const done = removed ? 'removed' : isWaste ? 'may go' : 'kept'
  return oneLine(`${path}: ${what}, ${done}: ${why}`)
}
