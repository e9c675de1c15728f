import { usage } from '../../errors.js'

/** Matches a JSON string as a whole (group 1) or a run of white space between tokens. */
const STRING_OR_SPACE = /("(?:[^"\\]|\\.)*")|\s+/g

/** As Python's json.dumps does: everything outside ASCII becomes \uXXXX. */
function escapeNonAscii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * Writes JSON text as Bloscpack does: no white space, ASCII only. Numbers stay as they were written,
 * so that none loses digits on a way through JavaScript.
 * @throws BlpkError USAGE when it is not JSON
 */
export function compactJson(text: string): string {
  try {
    JSON.parse(text)
  } catch (error) {
    throw usage(`the metadata is not JSON: ${(error as Error).message}`)
  }
  return escapeNonAscii(text.replace(STRING_OR_SPACE, '$1'))
}

/** Writes a value as compact ASCII JSON. */
export function toJson(value: unknown): string {
  return escapeNonAscii(JSON.stringify(value))
}
