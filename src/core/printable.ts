// Makes text from files and servers safe to print on a terminal.

/** Control codes, Unicode line separators, and characters that change the direction of text. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * Makes text from a file or a server safe to print: it cannot move the cursor, set colours or reorder text.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, '?')
}
