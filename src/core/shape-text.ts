// Prints the shape of an array as Python does, for messages.

/** A shape as Python prints it: `(10,)`, `(20, 30)`. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
}
