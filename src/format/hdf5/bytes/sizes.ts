// Sizes of fields that are only as large as their largest value needs.

/** How many bytes numbers up to this one take, 1 to 8. */
export function bytesFor(most: number): number {
  let bytes = 1
  for (let rest = Math.floor(most / 256); rest > 0; rest = Math.floor(rest / 256)) bytes++
  return Math.min(bytes, 8)
}
