// Kills appends at every operation and at random moments: node scripts/faults.mjs [--kills n] [--cuts n]
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    // Real processes killed by kill -9, in each of four shapes.
    kills: { type: 'string', default: '75' },
    // Power cuts at each operation of each shape.
    cuts: { type: 'string', default: '6' },
  },
})

const env = { ...process.env, BLPK_FAULTS_REAL: values.kills, BLPK_FAULTS_CUTS: values.cuts }
const { status } = spawnSync('npx', ['vitest', 'run', '--mode', 'all', 'test/faults'], {
  env,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
process.exit(status ?? 1)
