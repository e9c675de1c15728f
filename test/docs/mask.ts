// Sizes as they are shown, with their bytes or without, then what depends on machine and run.
const MASKS: readonly [RegExp, string][] = [
  [/\b\d+(\.\d+)?[KMGT] \(\d+ bytes\)/g, '<size>'],
  [/\b\d+(\.\d+)? ?([KMGT]i?B?|B|bytes)\b/g, '<size>'],
  [/\bat byte \d+/g, 'at byte <n>'],
  [/("cbytes": )\d+/g, '$1<n>'],
  [/\bratio \d+(\.\d+)?/g, 'ratio <n>'],
  // In a table.
  [/ \d+\.\d\d /g, ' <ratio> '],
  [/("ratio": )\d+(\.\d+)?/g, '$1<n>'],
  [/\b\d+(\.\d+)? m?s\b/g, '<time>'],
  [/\/tmp\/[\w./-]+/g, '<temporary>'],
  [/[ \t]+/g, ' '],
]

/** Output without what differs from machine to machine. */
export function masked(text: string): string {
  const plain = MASKS.reduce((masked, [what, mask]) => masked.replace(what, mask), text)
  return plain.replace(/ $/gm, '').trim()
}

/** Is it the output that the page shows? A line of `…` there stands for any number of lines. */
export function looksLike(output: string, shown: string): boolean {
  const pieces = masked(shown).split(/^ ?…$/m)
  const pattern = pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\\s\\S]*')
  return new RegExp(`^${pattern}$`).test(masked(output))
}
