// The numbers of codecs and filters that users register.

import { usage } from '../core/errors.js'

/** The range of numbers for user filters and codecs. */
export const USER_IDS = { first: 160, last: 255 } as const

/**
 * @param how.isGlobal whether C-Blosc2 has assigned the number to a plugin that is not built in
 * @throws BlpkError USAGE for a number that is already taken, or that is neither global nor in the user range
 */
export function checkUserId(
  id: number,
  { isTaken, isGlobal = false, what }: { isTaken: boolean; isGlobal?: boolean; what: 'codec' | 'filter' },
): void {
  const isForUsers = Number.isInteger(id) && id >= USER_IDS.first && id <= USER_IDS.last
  if (!isForUsers && !isGlobal)
    throw usage(`a ${what} of your own needs a number from ${USER_IDS.first} to ${USER_IDS.last}, not ${id}`)
  if (isTaken) throw usage(`${what} number ${id} is already taken; choose another one`)
}
