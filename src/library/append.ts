// Appends anything that can be packed.

import type { PlaceName } from '../core/place-name.js'
import { type AppendOptions, type AppendResult, append as appendPlain } from '../verbs/append.js'
import { openPlainInput, type Packable, type PlainInput } from './plain-input.js'

/**
 * Appends data to a container in a file or an object, all of them or nothing: to an array rows along axis 0, to all else
 * bytes. A process that stops in between leaves it as it was; writers wait for each other, for up to `lockTimeout` seconds.
 * @param place a path, or `s3://bucket/key`
 * @param data what is appended, or a list of it; sources stay open
 * @throws BlpkError NO_ROOM if chunks or metadata do not fit and `grow` is not set, USAGE if the data do not go together,
 * LOCKED if others write for longer than the timeout or the store ignores conditions, DAMAGED, CHECKSUM, UNSUPPORTED,
 * NOT_FOUND, DENIED, IO, NO_SPACE, NETWORK, INTERRUPTED; the container is as it was then. UNKNOWN if nobody can tell
 * whether the append was made
 */
export async function append(
  place: PlaceName,
  data: Packable | readonly Packable[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const opened: PlainInput[] = []
  try {
    for (const one of Array.isArray(data) ? (data as readonly Packable[]) : [data as Packable])
      opened.push(await openPlainInput(one, options))
    const sources = opened.map(({ plain }) => plain)
    return await appendPlain(place, sources, options)
  } finally {
    for (const one of opened) await one.close()
  }
}
