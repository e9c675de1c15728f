import { Workspace } from './workspace.js'

const idle: Workspace[] = []
const MAX_IDLE = 2
/** A workspace that grew beyond this is not kept, in bytes. */
const MAX_KEPT = 64 * 2 ** 20

/**
 * Lends a workspace for as long as an action takes: what runs at the same time gets another one, and what comes
 * later finds scratch that is there already.
 */
export async function withWorkspace<T>(action: (ws: Workspace) => Promise<T>): Promise<T> {
  const ws = idle.pop() ?? new Workspace()
  const result = await action(ws)
  if (idle.length < MAX_IDLE && ws.arena.handle.memory.buffer.byteLength <= MAX_KEPT) idle.push(ws)
  return result
}
