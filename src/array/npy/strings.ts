// Python string literals: escapes on the way in, quotes on the way out.

/** What ends a string that was opened by a quote: everything up to the quote itself, escapes skipped over. */
export const CLOSING_QUOTE: ReadonlyMap<string, RegExp> = new Map([
  ["'", /[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'/y],
  ['"', /[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"/y],
])

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g
const MAX_CODE_POINT = 0x10ffff
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
])
/** These need digits after them (\N a name): without, Python refuses them. */
const INCOMPLETE = /[xuUN]/

/**
 * The characters that the inside of a Python string literal stands for.
 * @param bytes whether it is a b'' literal, where \u and \U mean nothing
 * @returns undefined when an escape stands for no character
 */
export function unescapePython(inside: string, bytes: boolean): string | undefined {
  let bad = false
  const value = inside.replace(
    ESCAPE,
    (whole: string, octal?: string, x?: string, u?: string, U?: string, c = '') => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & (bytes ? 0xff : 0x1ff))
      if (x !== undefined) return String.fromCharCode(Number.parseInt(x, 16))
      if (bytes && /^\\[uUN]/.test(whole)) return whole
      const point = u ?? U
      if (point !== undefined) {
        const code = Number.parseInt(point, 16)
        if (code <= MAX_CODE_POINT) return String.fromCodePoint(code)
      }
      if (point !== undefined || INCOMPLETE.test(c)) bad = true
      return CONTROLS.get(c) ?? whole
    },
  )
  return bad ? undefined : value
}

/** What Python's str.isprintable denies (the categories Other and Separator) with the space; and \ itself. */
const NOT_PRINTED = /[\\\p{C}\p{Z}]/gu
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  [' ', ' '],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

function escapeCharacter(c: string): string {
  const short = SHORT_ESCAPES.get(c)
  if (short !== undefined) return short
  const hex = (c.codePointAt(0) ?? 0).toString(16)
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** Prints a string as Python's repr does: in single quotes unless it contains ' and no ". */
export function quote(value: string): string {
  const escaped = value.replace(NOT_PRINTED, escapeCharacter)
  if (!value.includes("'")) return `'${escaped}'`
  return value.includes('"') ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`
}
