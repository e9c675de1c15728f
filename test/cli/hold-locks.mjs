// A process that holds the writers' locks of files until its standard input ends: hold-locks.mjs <file>…
import { openForChange } from '../../dist/disk/changing-file.js'
import { findMutable } from '../../dist/format/registry.js'

const files = await Promise.all(process.argv.slice(2).map((path) => openForChange(path, findMutable)))
console.log('held')
process.stdin.resume().on('end', () => {
  for (const file of files) file.close()
  process.exit()
})
