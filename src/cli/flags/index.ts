// All options of the command line in one table, which parser and help use.

import { usage } from '../../core/errors.js'
import { placeFlags } from '../../places/registry.js'
import { archiveFlags } from './archives.js'
import { arrayFlags } from './arrays.js'
import { globalFlags } from './global.js'
import type { Flag } from './options.js'
import { packingFlags } from './packing.js'

/** @throws BlpkError USAGE for an option of a place whose name is taken */
function checkNames(all: readonly Flag[]): void {
  for (const { name } of placeFlags())
    if (all.filter((flag) => flag.name === name).length > 1)
      throw usage(`a place adds the option --${name}, which already exists`)
}

/**
 * The options of all commands: what is parsed and what the help says both come from here. Plug-ins may have added to them, so
 * ask when these are loaded.
 * @throws BlpkError USAGE for an option of a place whose name is taken
 */
export function flags(): readonly Flag[] {
  const all = [...packingFlags(), ...arrayFlags(), ...archiveFlags(), ...globalFlags()]
  checkNames(all)
  return all
}
