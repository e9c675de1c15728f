// The time that passes, in milliseconds.

/** As `performance.now()`, which takes a millisecond to load. */
export function now(): number {
  return process.uptime() * 1000
}
