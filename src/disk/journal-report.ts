// Describes the journal beside an archive, for `verify`. It changes nothing.

import type { FindMutable } from '../bytes/mutable-parts.js'
import { nodeDisk } from './disk.js'
import { findJournal } from './find-journal.js'
import { journalOf } from './journal.js'
import { describeHolder, describePassed } from './recover.js'

/**
 * Describes the journal beside an archive, without changing anything.
 * @param name of the archive, a regular file
 * @param find finds the parts that a change may alter
 * @returns one line, or undefined if there is no journal
 * @throws BlpkError INTERRUPTED, NOT_FOUND, IO
 */
export async function describeJournal(
  name: string,
  find: FindMutable,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = nodeDisk.realpath(name)
  const journal = journalOf(path, nodeDisk)
  const fd = nodeDisk.open(path, 'r')
  try {
    const found = await findJournal(nodeDisk, fd, journal, { find, signal })
    switch (found.kind) {
      case 'none':
        return undefined
      case 'hot': {
        const holder = describeHolder(found.journal.facts)
        found.journal.close()
        return `an append is running or was interrupted (${holder}): this is a check of the state before it, which '${journal}' keeps`
      }
      case 'torn':
        return `'${journal}' was left by an append that had not changed anything yet; the next append removes it`
      case 'foreign':
        return `'${journal}' belongs to another archive, or to another state of this one; it is not applied, and the next append sets it aside`
      case 'alien':
        return `'${journal}' is not a journal of blpk; the next append sets it aside`
      default:
        return describePassed(found, journal)
    }
  } finally {
    nodeDisk.close(fd)
  }
}
