// Checks that every file in src starts with a comment of one or two lines that says what the file is for, and an empty
// line behind it. Lines are at most 110 characters wide.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const HEADER = /^(?:\/\/ \S.{8,106}\n)(?:\/\/ \S.{0,106}\n)?\n/

const faults = readdirSync('src', { recursive: true })
  .map((name) => join('src', name))
  .filter((path) => path.endsWith('.ts') && !path.startsWith(join('src', 'kernels', 'assembly')))
  .filter((path) => !HEADER.test(readFileSync(path, 'utf8')))
  .sort()

for (const path of faults)
  console.error(
    `${path}: needs a comment on top, of one or two lines of at most 110 characters, that says what the file is for`,
  )
if (faults.length > 0) process.exit(1)
