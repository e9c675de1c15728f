// Saves what is left of a damaged archive.

import type { OpenPlace } from '../opened.js'
import type { RecoverOptions, Recovery } from '../recovery.js'
import { planRecovery } from './damage/recover.js'
import { writeRecovered } from './damage/repair.js'
import { writeSalvaged } from './damage/salvage.js'

/** @throws BlpkError as {@link planRecovery} */
export async function recoverArchive({ source }: OpenPlace, options: RecoverOptions): Promise<Recovery> {
  const found = await planRecovery(source, options)
  return {
    report: found.report,
    layout: () => found.metadata.array,
    writeSound: (sink, o) => writeRecovered(found, sink, o),
    writePlain: (sink, o) => writeSalvaged(found, sink, o),
  }
}
