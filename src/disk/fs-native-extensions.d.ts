// Types for the part of `fs-native-extensions` that locks files.

/** The part of the package that is used; it has no types of its own. */
declare module 'fs-native-extensions' {
  const lib: {
    /** Takes a lock that the kernel releases when the descriptor is closed or the process ends. */
    tryLock(fd: number, offset: number, length: number, o?: { shared?: boolean }): boolean
  }
  export default lib
}
