import { statSync } from 'node:fs'
import { nodeDisk } from '../disk/disk.js'
import { SIGN_BYTES, signOf } from '../disk/mutable.js'
import { attempt } from '../io-errors.js'

/**
 * What an archive is, by the first bytes of its file.
 * @returns undefined where it is neither a Bloscpack archive nor a Blosc2 frame, or no regular file
 * @throws BlpkError IO
 */
export function containerOf(path: string): ReturnType<typeof signOf> {
  return attempt('open', path, () => {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
    const fd = nodeDisk.open(path, 'r')
    try {
      const start = new Uint8Array(SIGN_BYTES)
      return signOf(start.subarray(0, nodeDisk.read(fd, start, 0)))
    } finally {
      nodeDisk.close(fd)
    }
  })
}
