import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const DIRECTORY = join(import.meta.dirname, '..', 'fixtures', 'b2', 'frames')
const paths = readdirSync(DIRECTORY)
  .sort()
  .map((name) => join(DIRECTORY, name))

/** Frames and arrays that C-Blosc2 wrote, in one file each. */
export const FRAMES_WITHOUT_CHECKSUMS = paths.filter(
  (path) => /\.b2(frame|nd)$/.test(path) && statSync(path).isFile(),
)
/** A sparse frame that C-Blosc2 wrote. */
export const SPARSE_FIXTURE = paths.find((path) => statSync(path).isDirectory()) ?? DIRECTORY
