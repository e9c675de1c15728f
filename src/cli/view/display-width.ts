// The width of text on a terminal, in columns, and how text is shortened to fit.

/** Characters that take two columns of a terminal: East Asian wide and full-width ones, and pictures. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}/u
/** Marks go on top of the character before them; joiners and selectors show nothing. */
const EMPTY = /^[\p{M}\p{Cf}]/u

function widthOf(character: string): number {
  if (EMPTY.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/** The longest start of a text that takes at most so many columns. */
function startOf(characters: readonly string[], columns: number): string {
  let width = 0
  const end = characters.findIndex((character) => {
    width += widthOf(character)
    return width > columns
  })
  return (end === -1 ? characters : characters.slice(0, end)).join('')
}

/**
 * Shortens a text in its middle, so that start and ending stay.
 * @param columns it may take on a terminal
 * @param mark stands for what is left out
 */
export function shorten(text: string, columns: number, mark: string): string {
  if (displayWidth(text) <= columns) return text
  const room = columns - displayWidth(mark)
  if (room <= 0) return startOf([...text], columns)
  const reversed = [...text].reverse()
  const end = [...startOf(reversed, Math.floor(room / 2))].reverse().join('')
  return startOf([...text], room - displayWidth(end)) + mark + end
}
