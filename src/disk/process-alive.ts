// Tells whether the process that wrote something may still be running, despite reused process ids.

import { readFileSync } from 'node:fs'

/** Linux reports start times of processes in hundredths of a second. */
const TICKS = 100
/** Tolerance for adjustments of the clock, in milliseconds. */
const CLOCK_SLACK = 60_000

/** Start time of a process on this machine, in ms since 1970, if the system tells. */
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
 * Whether the process on this machine that wrote something seems to be alive. Its id may have been reused.
 * @param wrote time of its last write, in ms since 1970
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
