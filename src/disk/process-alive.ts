// Tells if the process that wrote something may still run, despite reused process ids.

import { readFileSync } from 'node:fs'

/** Linux counts the starts of processes in hundredths of a second. */
const TICKS = 100
/** The clock may have been set a little since, in milliseconds. */
const CLOCK_SLACK = 60_000

/** When a process of this machine began, in ms since 1970, where the system says so. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, may hold anything.
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
    const [, boot] = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1')) ?? []
    const start = Number(boot) * 1000 + (ticks / TICKS) * 1000
    return Number.isFinite(start) ? start : undefined
  } catch {
    return undefined
  }
}

/**
 * Does the process of this machine that wrote something still live, as far as can be told? Its number may have gone to
 * another one since.
 * @param wrote when it wrote last, in ms since 1970
 */
export function mayBeAlive(pid: number, wrote: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const start = startOf(pid)
  return start === undefined || start <= wrote + CLOCK_SLACK
}
