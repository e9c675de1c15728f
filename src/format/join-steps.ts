// What a joined container is made of: chunks copied as they are, and data packed again after a short chunk.

/** Something to be joined, measured along the axis of the joint: in plain bytes, or in rows. */
export interface Joint<T> {
  part: T
  extent: number
  /** May its chunks be taken as they are, where they lie on a border? */
  copies: boolean
}

/** From `start` to `stop` of a part, as a {@link Joint} measures it. */
export interface Stretch<T> {
  part: T
  start: number
  stop: number
}

/** Chunks taken as they are, or stretches packed again. */
export type JoinStep<T> =
  | { kind: 'copy'; part: T; first: number; count: number }
  | { kind: 'pack'; stretches: Stretch<T>[] }

/**
 * Decides what is copied and what is packed again: chunks that lie on a border of chunks of the result are copied.
 * After a short last chunk everything is off the border, until it comes out even again.
 * @param chunk extent of a chunk
 */
export function planJoin<T>(joints: readonly Joint<T>[], chunk: number): JoinStep<T>[] {
  const filled = joints.filter(({ extent }) => extent > 0)
  const steps: JoinStep<T>[] = []
  let open: Stretch<T>[] = []
  let carry = 0
  filled.forEach(({ part, extent, copies }, i) => {
    const isLast = i === filled.length - 1
    const count = carry > 0 || !copies ? 0 : isLast ? Math.ceil(extent / chunk) : Math.floor(extent / chunk)
    if (count > 0) steps.push({ kind: 'copy', part, first: 0, count })
    const copied = Math.min(extent, count * chunk)
    if (copied < extent) open.push({ part, start: copied, stop: extent })
    carry = (carry + extent - copied) % chunk
    if (open.length > 0 && (carry === 0 || isLast)) {
      steps.push({ kind: 'pack', stretches: open })
      open = []
      carry = 0
    }
  })
  return steps
}
