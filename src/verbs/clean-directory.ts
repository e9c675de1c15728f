// Finds what killed runs left in a directory, and removes it.

import { statSync } from 'node:fs'
import { usage } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { findLeftovers, type Leftover, type LeftoverOptions } from '../disk/leftovers.js'
import { lookAt } from '../disk/look.js'
import { findMutable, isPartOfDirectory } from '../format/registry.js'
import { namesOf } from '../places/registry.js'

/** Something that was found, and what became of it. */
export interface Cleaned extends Pick<Leftover, 'path' | 'kind' | 'written' | 'why' | 'isWaste'> {
  removed: boolean
}

/** Which leftovers are removed, by their age. */
export interface CleanOptions extends Omit<LeftoverOptions, 'find' | 'isPart'> {
  /** Only look for it. */
  dryRun: boolean
  /** Told of what cannot be removed; the rest is. */
  onFailure: (error: unknown, path: string) => void
}

/** @throws BlpkError USAGE for what is there, and no directory */
export function checkDirectory(path: string): void {
  if (lookAt(path)?.isDirectory() === false)
    throw usage(
      `'${path}' is not a directory: clean takes directories and ${namesOf('unfinished', 'bucket/prefix').join(', ')}`,
    )
}

/** Removes what killed runs left in a directory. @throws BlpkError NOT_FOUND, IO, INTERRUPTED */
export async function cleanDirectory(
  directory: string,
  { dryRun, onFailure, ...ages }: CleanOptions,
): Promise<Cleaned[]> {
  attempt('open', directory, () => statSync(directory))
  const found: Cleaned[] = []
  const known = { find: findMutable, isPart: isPartOfDirectory }
  for await (const leftover of findLeftovers(directory, { ...ages, ...known })) {
    const { path, kind, written, why, isWaste } = leftover
    let removed = false
    try {
      if (isWaste && !dryRun) {
        await leftover.remove()
        removed = true
      }
    } catch (error) {
      onFailure(error, path)
    }
    found.push({ path, kind, written, why, isWaste, removed })
  }
  return found
}
