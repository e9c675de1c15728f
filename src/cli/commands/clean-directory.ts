import { statSync } from 'node:fs'
import { usage } from '../../core/errors.js'
import { attempt } from '../../core/io-errors.js'
import { findLeftovers, type Leftover } from '../../disk/leftovers.js'
import { lookAt } from '../../disk/look.js'
import { findMutable } from '../../format/registry.js'
import { type Context, sayError } from '../context.js'
import { oneLine, worst } from '../exit.js'

/** Something that was found, and what became of it. */
export interface Cleaned extends Pick<Leftover, 'path' | 'kind' | 'written' | 'why' | 'isWaste'> {
  removed: boolean
}

/** @throws BlpkError USAGE for what is there, and no directory */
export function checkDirectory(path: string): void {
  if (lookAt(path)?.isDirectory() === false)
    throw usage(`'${path}' is no directory: clean is for directories and s3://bucket/prefix`)
}

/**
 * Removes what killed runs left in a directory; with `--dry-run` it is only looked for.
 * @returns what was found, and the exit code
 */
export async function cleanDirectory(
  directory: string,
  { olderThan, age }: { olderThan: number | undefined; age: number },
  context: Context,
): Promise<{ found: Cleaned[]; code: number }> {
  attempt('open', directory, () => statSync(directory))
  const { signal, options } = context
  const now = Date.now()
  const before = now - age * 1000
  const ownBefore = olderThan === undefined ? Number.POSITIVE_INFINITY : before
  const found: Cleaned[] = []
  const codes: number[] = []
  for await (const leftover of findLeftovers(directory, { find: findMutable, before, ownBefore, signal })) {
    const { path, kind, written, why, isWaste } = leftover
    let removed = false
    try {
      if (isWaste && options.dryRun !== true) {
        await leftover.remove()
        removed = true
      }
    } catch (error) {
      codes.push(sayError(error, options, path))
    }
    found.push({ path, kind, written, why, isWaste, removed })
  }
  return { found, code: worst(codes) }
}

/** A line for something that was found. */
export function cleanedLine({ path, kind, why, isWaste, removed }: Cleaned): string {
  const what = kind === 'temporary' ? 'temporary file' : 'journal'
  const done = removed ? 'removed' : isWaste ? 'may go' : 'kept'
  return oneLine(`${path}: ${what}, ${done}: ${why}`)
}
