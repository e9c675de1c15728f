// Opens containers for verbs that look at them more than once.

import type { Opened, OpenOptions } from '../format/opened.js'
import { holdSource } from '../sources/held.js'
import { type ContainerPlace, containerAt } from './open.js'

export type { Opened, OpenOptions }

/**
 * Opens what a place holds; a pipe is brought into a file first, for both ends are looked at again. It owns the place from
 * now on, and closes it.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, …
 */
export async function openSeekable(place: ContainerPlace, options: OpenOptions): Promise<Opened> {
  const { source: given } = place
  const source = given.seekable ? given : await holdSource(given)
  try {
    const opened = await (await containerAt(place)).open({ ...place, source }, options)
    if (source === given) return opened
    const close = opened.close.bind(opened)
    opened.close = async () => {
      await close()
      await given.close()
    }
    return opened
  } catch (error) {
    if (source !== given) await source.close()
    throw error
  }
}
