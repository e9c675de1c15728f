// What exit codes mean, for help and manual.

/** Exit codes and their meaning, the smallest first. Of several files the largest code counts. */
export const EXIT_CODE_TEXTS: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'success'],
  [1, 'failure: a file is missing or exists already, permissions, disk, network'],
  [2, 'wrong usage, or no command'],
  [3, 'damaged data; with repair and --salvage: something is lost'],
  [4, 'unsupported codec, version or feature'],
  [5, 'no room to append (see append --grow)'],
  [6, 'others are writing (see append --lock-timeout), or the store cannot keep writers apart'],
  [130, 'interrupted; 143 by SIGTERM, 129 by SIGHUP'],
]
