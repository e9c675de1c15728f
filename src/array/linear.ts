// Tells whether the consecutive chunks of an array are the array in C order.

import type { ArrayShape } from './geometry.js'

/** Whether boxes of `parts` are consecutive in C order, without gaps at the edges. */
function isInOrder(shape: readonly number[], parts: readonly number[]): boolean {
  const first = parts.findIndex((part, i) => part !== (shape[i] ?? 0))
  if (first === -1) return true
  const whole = (shape[first] ?? 0) % Math.max(1, parts[first] ?? 1) === 0
  return whole && parts.every((part, i) => (i < first ? part === shape[i] : i === first || part === shape[i]))
}

/** The first axes may be split into single indices, before the one that is split into longer parts. */
function isLinearCut(shape: readonly number[], parts: readonly number[]): boolean {
  let axis = 0
  while (axis < parts.length - 1 && parts[axis] === 1) axis++
  return isInOrder(shape.slice(axis), parts.slice(axis))
}

/** Whether the plain bytes of consecutive chunks are the array in C order. */
export function isLinear({ shape, chunkshape, blockshape }: ArrayShape): boolean {
  return isLinearCut(shape, chunkshape) && isLinearCut(chunkshape, blockshape)
}

/** Whether the plain bytes of consecutive chunks begin with the array in C order; padding may follow it. */
export function startsLinear({ shape, chunkshape, blockshape }: ArrayShape): boolean {
  const axis = shape.findIndex((extent) => extent > 1)
  const part = Math.max(1, chunkshape[axis] ?? 1)
  const padded = shape.map((extent, i) => (i === axis ? Math.ceil(extent / part) * part : extent))
  return isLinear({ shape: padded, chunkshape, blockshape })
}
