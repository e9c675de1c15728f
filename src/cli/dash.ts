// The argument `-`, which stands for standard input or output, and names as messages show them.

import { shownUrl } from '../core/redact.js'
import { placeOf } from '../places/registry.js'

/** Does an argument stand for standard input or output? */
export function isDash(argument: string): boolean {
  return argument === '-'
}

/** How messages call an argument. */
export function nameOf(argument: string, dash: string): string {
  return isDash(argument) ? dash : shown(argument)
}

/** An argument as it may be printed: an address may hold a password or a signature. */
export function shown(argument: string): string {
  return placeOf(argument)?.isUrl === true ? shownUrl(argument) : argument
}
