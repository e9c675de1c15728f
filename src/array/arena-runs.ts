// Plans of runs in the arena, for the kernels.

import type { Workspace } from '../kernels/workspace.js'
import { type AxisRuns, planWords } from './runs.js'

/** Writes a plan into scratch. @param itemBytes size of an item, in bytes @returns its address */
export function writePlan(ws: Workspace, axes: readonly AxisRuns[], itemBytes: number): number {
  const words = planWords(axes, itemBytes)
  const address = ws.scratch('plan', 4 * words.length)
  new Uint32Array(ws.arena.handle.memory.buffer, address, words.length).set(words)
  return address
}

/** Copies items between two areas of the arena; `from` and `to` are their addresses. */
export function copyInArena(
  ws: Workspace,
  axes: readonly AxisRuns[],
  itemBytes: number,
  from: number,
  to: number,
): void {
  ws.kernels.copyRuns(writePlan(ws, axes, itemBytes), axes.length, itemBytes, from, to)
}
