// Lends workspaces for a while, so that later users find memory and scratch areas that are already there.

import { Workspace } from './workspace.js'

const idle: Workspace[] = []
const MAX_IDLE = 2
/** A workspace that grew beyond this is not kept, in bytes. */
const MAX_KEPT = 64 * 2 ** 20

/** Nobody else has it until {@link returnWorkspace}; what runs at the same time gets another one. */
export function borrowWorkspace(): Workspace {
  return idle.pop() ?? new Workspace()
}

export function returnWorkspace(ws: Workspace): void {
  if (idle.length < MAX_IDLE && ws.arena.handle.memory.buffer.byteLength <= MAX_KEPT) idle.push(ws)
}

/** Lends a workspace for as long as an action takes; one whose action failed is not used again. */
export async function withWorkspace<T>(action: (ws: Workspace) => Promise<T>): Promise<T> {
  const ws = borrowWorkspace()
  const result = await action(ws)
  returnWorkspace(ws)
  return result
}
