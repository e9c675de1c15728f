/** Does an argument stand for standard input or output? */
export function isDash(argument: string): boolean {
  return argument === '-'
}

/** How messages call an argument. */
export function nameOf(argument: string, dash: string): string {
  return isDash(argument) ? dash : argument
}
