// Loads the library that locks files.

import { createRequire } from 'node:module'

/** The part of `fs-native-extensions` that is used. */
export type LockLibrary = typeof import('fs-native-extensions')['default']

/** What its addon exports for the library's own use. */
interface Addon {
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void
}

function overAddon({ tryLock }: Addon): LockLibrary {
  return {
    tryLock(fd, offset, length, { shared = false } = {}) {
      try {
        tryLock(fd, offset, length, !shared)
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false
        throw error
      }
    },
  }
}

/** @returns the addon for this system, where it lies as in the version that we require */
function findAddon(): Addon | undefined {
  try {
    const host = `${process.platform}-${process.arch}`
    const load = createRequire(import.meta.url)
    return load(`fs-native-extensions/prebuilds/${host}/fs-native-extensions.node`) as Addon
  } catch {
    return undefined
  }
}

/** Loads its addon directly: the library takes 8 ms to find out which one it needs. */
export async function loadLockLibrary(): Promise<LockLibrary> {
  const addon = findAddon()
  return addon === undefined ? (await import('fs-native-extensions')).default : overAddon(addon)
}
