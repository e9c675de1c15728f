// What tests use of the data sets.
export const DATA_SETS: readonly string[]
export function itemSize(name: string): number
export function made(name: string, nbytes: number): Uint8Array
