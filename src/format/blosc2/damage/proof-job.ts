// Jobs that prove several Blosc2 chunks at once.

import type { FilePlace } from '../../../bytes/file-place.js'
import type { JobModule } from '../../../engine/job.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { FileSource } from '../../../sources/file.js'
import { type ProofRun, proveRun } from './proof-run.js'

export const jobs: JobModule<ReturnType<typeof open>> = {
  url: new URL('./proof-job.js', import.meta.url).href,
  open,
}

function open(ws: Workspace) {
  return {
    /** @param records space for the result of each chunk @returns plain bytes of sound chunks */
    prove({ from, ...run }: ProofRun & { from: FilePlace }, records: Uint8Array): Promise<number> {
      const words = new Uint32Array(records.buffer, records.byteOffset, records.length / 4)
      return proveRun(ws, run, new FileSource(from.name, from.fd), from.position, words)
    },
  }
}
