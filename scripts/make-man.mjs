// Writes the manual into dist/man, from the tables of commands and options.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commands } from '../dist/cli/commands.js'
import { flags } from '../dist/cli/flags/index.js'
import { manual } from '../dist/cli/help/man.js'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
// Builds that are to be the same on any day set it.
const epoch = process.env.SOURCE_DATE_EPOCH
const day = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000)
const pages = manual(commands(), flags(), { version, date: day.toISOString().slice(0, 10) })

rmSync('dist/man', { recursive: true, force: true })
mkdirSync('dist/man', { recursive: true })
for (const [name, text] of pages) writeFileSync(join('dist/man', name), text)
