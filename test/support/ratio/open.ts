// How far each codec still is from the goal: no case more than 2 % larger, no mean above 1. These may only become less.

/** What is left to do for a codec, over the whole corpus with all settings. */
export interface Open {
  /** Cases that are more than 2 % larger. */
  cases: number
  /** How much larger the worst of them is. */
  worst: number
  /** Groups of a level and a block size whose geometric mean is above 1. */
  means: number
}

const NOTHING: Open = { cases: 0, worst: 0.02, means: 0 }

const OPEN: Readonly<Record<string, Open>> = {
  zlib: { cases: 13, worst: 0.032, means: 0 },
  zstd: { cases: 275, worst: 0.76, means: 1 },
}

export function openFor(codec: string): Open {
  return OPEN[codec] ?? NOTHING
}
