// Appends anything that can be packed.

import type { PlaceName } from '../core/place-name.js'
import { type AppendOptions, type AppendResult, append as appendPlain } from '../verbs/append.js'
import { openPlainInput, type Packable, type PlainInput } from './plain-input.js'

/**
 * Appends data to a container in a file or an object, completely or not at all: rows along axis 0 to an array, bytes to
 * anything else. If the process stops in between, the container stays as it was. Writers wait for each other, for up to
 * `lockTimeout` seconds.
 * @param place a path, or `s3://bucket/key`
 * @param data one input, or a list of them; sources stay open
 * @throws BlpkError NO_ROOM if chunks or metadata do not fit and `grow` is not set; USAGE if the data do not match; LOCKED
 * if others write for longer than the timeout, or the store ignores conditions; DAMAGED, CHECKSUM, UNSUPPORTED, NOT_FOUND,
 * DENIED, IO, NO_SPACE, NETWORK, INTERRUPTED. The container is then as it was. UNKNOWN if nobody can tell whether the
 * append took place
 * @example
 * ```ts
 * import { append } from 'blpk'
 *
 * await append('runs.npy.blp', 'run.npy', { appendId: 'job-17', grow: true }) // with an id, safe to repeat
 * ```
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
