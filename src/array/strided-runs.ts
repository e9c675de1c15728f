// Positions of the items of a selection in the bytes of an array, in storage order.

/** Runs of bytes of the same length, evenly spaced. */
export interface StridedRun {
  /** Position of the first one, in bytes. */
  start: number
  /** Bytes of each. */
  length: number
  /** How many there are. */
  count: number
  /** From the start of one to the start of the next, in bytes. */
  stride: number
}

/** The selection along an axis: ascending indices without duplicates. */
export interface StridedAxis {
  count: number
  at(i: number): number
  /** Step between indices; undefined if it varies. */
  step: number | undefined
  /** From one index to the next, in bytes. */
  stride: number
}

/** Adds an axis to a run, if possible. @returns undefined if it is not */
function extended(run: StridedRun, { count, at, step, stride }: StridedAxis): StridedRun | undefined {
  const start = run.start + at(0) * stride
  if (count === 1) return { ...run, start }
  if (step === undefined) return undefined
  const apart = step * stride
  if (run.count > 1)
    return apart === run.stride * run.count ? { ...run, start, count: run.count * count } : undefined
  if (apart === run.length) return { ...run, start, length: run.length * count }
  return { ...run, start, count, stride: apart }
}

/**
 * The runs of a selection, with ascending positions.
 * @param axes the slowest first; none of them empty
 * @param part of each item: its start and length, in bytes
 */
export function* stridedRuns(
  axes: readonly StridedAxis[],
  part: { offset: number; nbytes: number },
): Generator<StridedRun> {
  let run: StridedRun = { start: part.offset, length: part.nbytes, count: 1, stride: part.nbytes }
  let outer = axes.length
  while (outer > 0) {
    const longer = extended(run, axes[outer - 1] as StridedAxis)
    if (longer === undefined) break
    run = longer
    outer--
  }
  yield* repeated(axes.slice(0, outer), run, 0)
}

function* repeated(axes: readonly StridedAxis[], run: StridedRun, shift: number): Generator<StridedRun> {
  const [axis, ...inner] = axes
  if (axis === undefined) {
    yield { ...run, start: run.start + shift }
    return
  }
  for (let i = 0; i < axis.count; i++) yield* repeated(inner, run, shift + axis.at(i) * axis.stride)
}

/**
 * The spans to read for runs with ascending positions.
 * @param gap spans with fewer bytes between them are merged
 */
export function* spansOfRuns(
  runs: Iterable<StridedRun>,
  gap: number,
): Generator<readonly [start: number, stop: number]> {
  let [start, stop] = [0, -1]
  for (const run of runs) {
    const apart = run.stride - run.length >= Math.max(gap, 1) ? run.count : 1
    const length = apart > 1 ? run.length : (run.count - 1) * run.stride + run.length
    for (let i = 0; i < apart; i++) {
      const at = run.start + i * run.stride
      if (stop >= 0 && at - stop < Math.max(gap, 1)) {
        stop = Math.max(stop, at + length)
        continue
      }
      if (stop >= 0) yield [start, stop]
      start = at
      stop = at + length
    }
  }
  if (stop >= 0) yield [start, stop]
}
