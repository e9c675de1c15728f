// What --dtype, --shape and --order say of plain bytes.

import { usage } from '../../core/errors.js'
import type { ArrayDescription } from '../../verbs/described.js'
import type { CliOptions } from './options.js'

/** What array flags make of plain bytes. */
export function describedBy({ dtype, shape, order }: CliOptions): ArrayDescription {
  return {
    ...(dtype !== undefined && { dtype }),
    ...(shape !== undefined && { shape }),
    ...(order !== undefined && { order }),
  }
}

/** @throws BlpkError USAGE where the input is a `.npy` file, and flags say what array it is */
export function checkDescription(
  { name, metadata }: { name: string; metadata: string | undefined },
  o: CliOptions,
): void {
  if (metadata === undefined || Object.keys(describedBy(o)).length === 0) return
  throw usage(
    `'${name}' is a .npy file, which has a dtype and shape already: drop --dtype, --shape and --order`,
  )
}
