// What the toys noted of what they were told.
import { existsSync, readFileSync, rmSync } from 'node:fs'

/** One call of a toy. */
export interface Told {
  call: 'encode' | 'decode' | 'forward' | 'backward'
  isMainThread: boolean
  level?: number
  meta: number
  typesize: number
  blockshape?: number[]
  chunkSize: number
  nchunks: number
  nbytes: number
  metalayers: string[]
  vlmeta: string[]
}

/** All calls since the last look. @param path of the file BLPK_WITNESS */
export function toldIn(path: string): Told[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  rmSync(path)
  return lines.map((line) => JSON.parse(line) as Told)
}
