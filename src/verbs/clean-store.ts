// Finds uploads that nobody finished in a store of objects, and gives them up.

import { usage } from '../core/errors.js'
import { placeOf } from '../places/registry.js'
import type { UnfinishedUpload } from '../store/object-store.js'
import type { PlaceSettings } from '../store/settings.js'

export type { UnfinishedUpload }

/** @throws BlpkError USAGE if nothing can be left there */
export function checkCleanable(prefix: string): void {
  const place = placeOf(prefix)
  if (place?.unfinished === undefined) throw usage(place?.onlyRead ?? `'${prefix}' has no unfinished uploads`)
}

/**
 * Gives up the uploads under a prefix that were begun before a time; with `dryRun` they are only looked for.
 * @param before in milliseconds since 1970
 * @returns those uploads, and how many younger ones there are
 * @throws BlpkError DENIED, NETWORK, INTERRUPTED
 */
export async function cleanPrefix(
  prefix: string,
  { before, dryRun }: { before: number; dryRun: boolean },
  settings: PlaceSettings,
): Promise<{ left: UnfinishedUpload[]; younger: number }> {
  const left: UnfinishedUpload[] = []
  let younger = 0
  for await (const upload of placeOf(prefix)?.unfinished?.(prefix, settings) ?? []) {
    if (upload.begun.getTime() > before) younger++
    else left.push(upload)
  }
  if (!dryRun) for (const upload of left) await upload.abort()
  return { left, younger }
}
