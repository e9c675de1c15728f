// Runs usual commands of the bundle and keeps the code that V8 compiled for them, for this node.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const { CachedBundle, fileIn, folder } = createRequire(import.meta.url)('../bin/code-cache.js')
const input = 'examples/stations.npy'

/** What is compiled at the first call is in the cache only if it was called. */
function commandsIn(dir) {
  return ['blp', 'b2frame', 'b2nd'].flatMap((extension) => {
    const packed = join(dir, `a.${extension}`)
    return [
      ['compress', input, packed],
      ['compress', '-f', '-c', 'zstd', '-l', '3', input, packed],
      ['decompress', '-f', packed, join(dir, 'a.npy')],
      ['decompress', '-f', '--slice', '0:24', packed, join(dir, 'a.npy')],
    ]
  })
}

const bundle = new CachedBundle(folder())
const { main } = bundle.load('cli.js')
const dir = mkdtempSync(join(tmpdir(), 'blpk-build-'))
// Each run adds listeners to the process.
process.setMaxListeners(100)
for (const command of commandsIn(dir)) {
  await main(command)
  if (process.exitCode !== 0) throw new Error(`blpk ${command.join(' ')} failed`)
}
rmSync(dir, { recursive: true })
rmSync(folder(), { recursive: true, force: true })
mkdirSync(folder(), { recursive: true })
for (const [name, script] of bundle.scripts) writeFileSync(fileIn(folder(), name), script.createCachedData())
