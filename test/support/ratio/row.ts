// Data sets one after the other, with the other side one ahead.

import type { DataSet } from '../corpus/data-set.js'
import type { Case, Comparison } from './cases.js'

/** Comparisons of the data sets, each started while the one before it is at work. */
export class Row {
  readonly #start: (set: DataSet) => Comparison
  readonly #sets: readonly DataSet[]
  readonly #started = new Map<number, Comparison>()

  constructor(sets: readonly DataSet[], start: (set: DataSet) => Comparison) {
    this.#sets = sets
    this.#start = start
  }

  #at(i: number): Comparison | undefined {
    const set = this.#sets[i]
    const comparison = this.#started.get(i) ?? (set === undefined ? undefined : this.#start(set))
    if (comparison !== undefined) this.#started.set(i, comparison)
    return comparison
  }

  async cases(i: number): Promise<Case[]> {
    const comparison = this.#at(i)
    this.#at(i + 1)
    const cases = (await comparison?.cases()) ?? []
    this.#started.delete(i)
    return cases
  }
}
