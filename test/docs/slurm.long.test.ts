import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { npy, ramp } from '../cli/run.js'
import { peersRequired } from '../support/peer.js'
import { startS3 } from '../support/s3-server.js'
import { scratchDirectory } from '../support/scratch.js'
import { missingOfSlurm, Slurm } from '../support/slurm.js'
import { readPages } from './blocks.js'
import { makePlace, runPage } from './run-page.js'
import { stepsOf } from './steps.js'

const PIECES = 8
/** Some chunks of 1 MiB for each piece. */
const NBYTES = 20 << 20

const page = readPages().find(({ name }) => name === 'docs/cli.md')
const script = page?.blocks.find(({ text }) => text.includes('#SBATCH'))
const commands = page?.blocks.find(({ text }) => text.includes('sbatch --parsable'))

const directory = scratchDirectory()
const server = await startS3('the Slurm example of docs/cli.md')
const slurm = new Slurm()
const missing = missingOfSlurm()
afterAll(() => slurm.stop())

test('Slurm is there to test with', () => {
  if (peersRequired()) expect(missing, 'apt-get install slurm-wlm munge').toEqual([])
  else if (missing.length > 0)
    console.warn(`not checked, for want of ${missing}: the Slurm example of docs/cli.md`)
})

test.runIf(server !== undefined && missing.length === 0)(
  'the Slurm example packs an array in eight jobs, and joins it in one that waits for them',
  { timeout: 110_000 },
  async () => {
    if (server === undefined || script === undefined || commands === undefined)
      throw new Error('docs/cli.md has no such example')
    const place = makePlace(directory)
    const logs = join(directory, 'jobs')
    mkdirSync(logs)
    const big = npy('<f4', [NBYTES / 1024, 256], ramp(NBYTES))
    await server.put('big.npy', big)
    writeFileSync(join(place.folder, 'big.npy'), big)
    writeFileSync(join(place.folder, 'pack.sh'), script.text)
    await slurm.start()
    const env = {
      ...server.env,
      ...slurm.env,
      SBATCH_OUTPUT: join(logs, '%j.log'),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    }
    for (const { code, output } of await runPage(place, stepsOf(commands), env)) expect(code, output).toBe(0)
    await slurm.finish(80)
    const said = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'))
    expect(said).toHaveLength(PIECES + 1)
    expect(await server.keys('parts/')).toHaveLength(PIECES)
    const command = 'blpk verify --against big.npy s3://bucket/big.npy.blp'
    const [verified] = await runPage(place, [{ line: 0, command }], env)
    expect(verified?.output, said.join('')).toContain('big.npy.blp: ok (20 chunks, crc32, decompressed)')
  },
)
