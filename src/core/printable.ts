// Makes text from files and servers safe to print on a terminal.

/** Control codes, line separators of Unicode, and what turns the direction of text around. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text from a file or a server, made safe to print: nothing in it moves the cursor, colours or reorders text. */
export function printable(text: string): string {
  return text.replace(CONTROLS, '?')
}
