// Compression ratios beside C-Blosc's and C-Blosc2's: npm run bench:ratio [-- --codecs zstd,zlib] [--set real-] [--cases]
// The tests of test/interop/ratio compare the corpus; this draws a table from what they measure, whether they pass or not.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    codecs: { type: 'string', default: 'blosclz,lz4,lz4hc,zlib,zstd' },
    // A part of the names of data sets.
    set: { type: 'string' },
    // Each case that is too large, too.
    cases: { type: 'boolean', default: false },
  },
})
const codecs = values.codecs.split(',')
const REPORT = join('.bench', 'ratio.jsonl')
const TOLERANCE = 0.02

function measure() {
  mkdirSync('.bench', { recursive: true })
  rmSync(REPORT, { force: true })
  const files = codecs.map((codec) => join('test', 'interop', 'ratio', `${codec}.long.test.ts`))
  const only = values.set === undefined ? [] : ['-t', values.set]
  const args = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--mode', 'all', ...files, ...only]
  const env = { ...process.env, BLPK_RATIO_REPORT: REPORT }
  const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  try {
    return readFileSync(REPORT, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  } catch {
    throw new Error(`nothing was measured: ${stderr}${stdout}`)
  }
}

/** Our size as a multiple of theirs, on average, and how many are how much too large. */
function figures(cases) {
  const logarithms = cases.map(({ ours, theirs }) => Math.log(ours / theirs))
  const mean = Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / cases.length)
  const over = cases.filter(({ excess }) => excess > TOLERANCE)
  const worst = Math.max(0, ...cases.map(({ excess }) => excess))
  return { mean, over: over.length, of: cases.length, worst }
}

function row(codec, level, blocks, cases) {
  const { mean, over, of, worst } = figures(cases)
  const share = `${over} of ${of}`
  console.log(
    [
      codec.padEnd(8),
      String(level).padStart(5),
      blocks.padEnd(14),
      mean.toFixed(4).padStart(7),
      share.padStart(13),
      `${(100 * worst).toFixed(1)} %`.padStart(8),
    ].join('  '),
  )
}

/** The cases by the values of a property. */
function by(cases, property) {
  const found = [...new Set(cases.map((each) => each[property]))]
  return found.map((value) => [value, cases.filter((each) => each[property] === value)])
}

function draw(cases) {
  console.log('codec     level  blocks          mean      over 2 %     worst')
  for (const codec of codecs) {
    const own = cases.filter((each) => each.codec === codec && each.level > 0)
    if (own.length === 0) continue
    for (const [level, atLevel] of by(own, 'level'))
      for (const [blocks, group] of by(atLevel, 'blocks')) row(codec, level, blocks, group)
    row(codec, '1–9', 'all', own)
  }
}

function list(cases) {
  const over = cases.filter(({ excess }) => excess > TOLERANCE).sort((a, b) => b.excess - a.excess)
  for (const { codec, level, shuffle, blocks, set, ours, theirs, plain, excess } of over)
    console.log(
      `${(100 * excess).toFixed(1)} %  ${codec} ${level} ${shuffle} ${blocks} ${set}  ${ours} ${theirs} ${plain}`,
    )
}

const cases = measure()
const sets = new Set(cases.map(({ set }) => set)).size
console.log(
  `${sets} data sets, our size as a multiple of theirs; differences below 0.15 % of the plain bytes do not count\n`,
)
draw(cases)
if (values.cases) list(cases)
