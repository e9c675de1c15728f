// Joining archives, from the options that all containers share.

import type { Opened } from '../opened.js'
import type { ConcatResult, Output } from '../output.js'
import type { PackOptions } from '../pack-options.js'
import type { Format } from '../traits.js'
import { concatArchives } from './join.js'
import { OpenedArchive } from './opened.js'
import { packingOf } from './pack-source.js'

/** Joins archives; see `Container.concat`. @returns undefined if not all of the parts are archives */
export async function concatOpened(
  parts: readonly Opened[],
  output: Output,
  _format: Format,
  o: PackOptions,
): Promise<ConcatResult | undefined> {
  const archives = parts.flatMap((part) => (part instanceof OpenedArchive ? [part.archive] : []))
  if (archives.length < parts.length) return undefined
  return concatArchives(archives, await output.bytes(), {
    ...packingOf(o),
    ...(o.metadata !== undefined && { metadata: o.metadata }),
  })
}
