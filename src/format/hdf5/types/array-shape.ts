// The shape of the NumPy array that a dataset is: its own axes, and those that array types add behind them.

import type { DatasetSpec } from '../model.js'

/** In items of the type's `descr`; chunks have the same further axes, whole. */
export function arrayShape({ space, type }: Pick<DatasetSpec, 'space' | 'type'>): number[] {
  return [...space.shape, ...(type.kind === 'numpy' ? (type.axes ?? []) : [])]
}
