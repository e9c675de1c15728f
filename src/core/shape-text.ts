// Prints shapes and boxes of arrays as Python does, for messages.

/** A shape as Python prints it: `(10,)`, `(20, 30)`. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
}

/** A box in Python's slice notation: `[0:10, 20:30]`. */
export function boxText({ start, stop }: { start: readonly number[]; stop: readonly number[] }): string {
  return `[${start.map((at, i) => `${at}:${stop[i]}`).join(', ')}]`
}
