import { spawnSync } from 'node:child_process'
import { test } from 'vitest'
import { peersRequired } from './peer.js'

/**
 * Is there a program? If not, one line says what is not checked, or a test fails where all of them must be there.
 * @param args with which it does nothing and succeeds
 * @param what is checked with it; if that is optional, a missing program fails nowhere
 */
export function haveTool(
  name: string,
  args: readonly string[],
  what: string,
  { isOptional = false } = {},
): boolean {
  const isThere = spawnSync(name, args, { stdio: 'ignore' }).status === 0
  test(`${name} is there`, () => {
    if (isThere) return
    if (!isOptional && peersRequired()) throw new Error(`there is no ${name}, which must be there`)
    console.warn(`not checked, for want of ${name}: ${what}`)
  })
  return isThere
}
