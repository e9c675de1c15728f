// The file that an output goes into, if its name goes on inside a file that is there already.

import { BlpkError } from '../core/errors.js'
import { lookAt } from '../disk/look.js'
import { withAppendSource } from '../format/append-source.js'
import type { ExistingOutput } from '../format/output.js'
import { findMutable } from '../format/registry.js'
import { changePlace } from '../places/change.js'
import { openRemoteSource, placeOf } from '../places/registry.js'
import type { PlaceSettings } from '../store/settings.js'
import type { OutputOptions } from './outputs.js'
import { checkNotInput, identityOfOutput } from './outputs.js'

/** Whether there is an object. It costs a request. */
async function isThere(name: string, settings: PlaceSettings): Promise<boolean> {
  try {
    const source = await openRemoteSource(name, settings)
    await source?.close()
    return source !== undefined
  } catch (error) {
    if (error instanceof BlpkError && error.code === 'NOT_FOUND') return false
    throw error
  }
}

/**
 * The file or object with this name.
 * @returns undefined if there is none yet
 * @throws BlpkError SAME_FILE if it is an input; DENIED, NETWORK, IO
 */
export async function existingOutput(name: string, o: OutputOptions): Promise<ExistingOutput | undefined> {
  const isRemote = placeOf(name) !== undefined
  const isFound = isRemote ? await isThere(name, o) : lookAt(name)?.isFile() === true
  if (!isFound) return undefined
  checkNotInput(name, identityOfOutput(name), o)
  o.onName?.()
  return {
    replace: o.overwrite === true,
    change: (source, make) => {
      o.onChange?.()
      return withAppendSource(name, source, (all) =>
        changePlace(name, findMutable, o, (place) => make(place, all())),
      )
    },
  }
}
