// Saves what is left of a damaged frame or array.

import type { OpenPlace } from '../opened.js'
import type { RecoverOptions, Recovery } from '../recovery.js'
import { planFrameRecovery } from './damage/recover.js'
import { writeRecoveredFrame } from './damage/repair.js'
import { recoveredLayout, writeSalvagedFrame } from './damage/salvage.js'

/** @throws BlpkError as {@link planFrameRecovery} */
export async function recoverFrame(
  { source, directory }: OpenPlace,
  options: RecoverOptions,
): Promise<Recovery> {
  const found = await planFrameRecovery(source, { ...options, directory })
  return {
    report: found.report,
    layout: () => recoveredLayout(found),
    writeSound: (sink, o) => writeRecoveredFrame(found, sink, o),
    writePlain: (sink, o) => writeSalvagedFrame(found, sink, o),
  }
}
