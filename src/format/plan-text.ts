// Words for what packing decided, in which containers agree.

import type { PackOptions } from './pack-options.js'

/**
 * The item size, in bytes, and where it comes from.
 * @param plan.sampled it was found out by a sample
 */
export function typesizeText(
  plan: { typesize: number; sampled: boolean },
  asked: Pick<PackOptions, 'typesize'>,
): string {
  const from = typeof asked.typesize === 'number' ? '' : ' (of the array)'
  return `typesize ${plan.typesize}${plan.sampled ? ' (estimated from a sample)' : from}`
}
