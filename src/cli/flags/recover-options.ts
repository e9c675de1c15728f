// Flags of repair and salvage, and what both say of their results.

import { usage } from '../../core/errors.js'
import { counted } from '../../core/sizes.js'
import type { RecoverOptions, RecoveryReport } from '../../verbs/recover.js'
import type { Context } from '../context.js'
import type { ProgressView } from '../progress-view.js'
import { runOptions } from './codec-flags.js'
import type { CliOptions } from './options.js'

/** The exit code of a run that wrote its output, but not all of the data. */
export const SOMETHING_LOST = 3

/** The options of repair and salvage, as the verbs take them. */
export function recoverOptions(context: Context, view: ProgressView): RecoverOptions {
  const { maxChunk, fill } = context.options
  return {
    ...runOptions(context, view),
    ...(maxChunk !== undefined && { maxChunk }),
    ...(fill !== undefined && { fill }),
  }
}

/** What was kept and what is lost, in a line. */
export function recoveryLine(output: string, report: RecoveryReport): string {
  const { kept, lost, filled } = report
  const zeros = filled === 0 ? '' : `, ${filled} of them replaced by zeros`
  const losses = lost === 0 ? 'none lost' : `${lost} lost${zeros}`
  return `${output}: ${counted(kept, 'chunk')} recovered, ${losses}`
}

/** @throws BlpkError USAGE for options that do not go together */
export function checkSalvage(o: CliOptions): void {
  if (o.fill !== undefined && o.salvage !== true) throw usage('--fill needs --salvage, or the repair command')
  if (o.salvage !== true) return
  const parts = [o.bytes, o.items, o.slice, o.field, o.metadataOut]
  if (parts.some((part) => part !== undefined))
    throw usage(
      '--salvage takes everything that is left: drop --bytes, --items, --slice, --field and --metadata-out',
    )
}
