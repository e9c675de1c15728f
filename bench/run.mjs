// Side by side with the peers: npm run bench [-- --quick] [--sizes 20,200,2000] [--dirs /dev/shm,.bench] [--runs 7]
// [--sets sensor,csv|all] [--only 'small,lz4 5'], where --only takes any other codec and level too
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DATA_SETS, itemSize, prepare } from './data.mjs'
import { alternate, machine, sameFile, warm } from './measure.mjs'
import { drawPicture } from './picture.mjs'
import { drawTables } from './table.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    dirs: { type: 'string' },
    sets: { type: 'string' },
    runs: { type: 'string' },
    only: { type: 'string' },
  },
})
const sizes = (values.sizes ?? (values.quick ? '200' : '20,200,2000')).split(',').map(Number)
const all = DATA_SETS.join(',')
const asked = values.sets ?? (values.quick ? 'sensor,walk,random' : all)
const sets = (asked === 'all' ? all : asked).split(',')
/** Large data take long: the median of three has to do. */
const runsFor = (megabytes) => Number(values.runs ?? (values.quick || megabytes >= 1000 ? 3 : 7))
/** How much memory is made warm before data are measured, as a multiple of their size. */
const WARM = 4
const ramDisk = existsSync('/dev/shm') ? '/dev/shm/blpk-bench' : '.bench/ram'
const dirs = (values.dirs ?? (values.quick ? ramDisk : `${ramDisk},.bench/disk`)).split(',')
const python = join('.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

function have(command) {
  return spawnSync(command, ['--version']).error === undefined
}

function havePython(module) {
  return existsSync(python) && spawnSync(python, ['-c', `import ${module}`]).status === 0
}

const blpk = (...args) => [process.execPath, 'bin/blpk.js', ...args]
const shellCat = (from, to) => ({ argv: ['cat', from], stdout: to })

function blpkTool(codec, level) {
  const options = codec === undefined ? [] : ['-c', codec, '-l', String(level)]
  return {
    name: codec === undefined ? 'blpk' : `blpk ${codec} ${level}`,
    pack: (from, to, typesize) => ({ argv: blpk('c', '-f', ...options, '-t', String(typesize), from, to) }),
    unpack: (from, to) => ({ argv: blpk('d', '-f', '-e', from, to) }),
  }
}

/** The same into a Blosc2 frame, as the `blosc2` peer does. */
function frameTool(codec, level) {
  const options = ['--format', 'b2frame', '-c', codec, '-l', String(level)]
  return {
    name: `blpk b2frame ${codec} ${level}`,
    pack: (from, to, typesize) => ({ argv: blpk('c', '-f', ...options, '-t', String(typesize), from, to) }),
    unpack: (from, to) => ({ argv: blpk('d', '-f', '-e', from, to) }),
  }
}

function pythonTool(name, script, codec, level) {
  const run = (command, from, to, typesize) => ({
    argv: [python, script, command, from, to, codec, String(level), String(typesize)],
  })
  return {
    name: `${name} ${codec} ${level}`,
    pack: (from, to, typesize) => run('c', from, to, typesize),
    unpack: (from, to, typesize) => run('d', from, to, typesize),
  }
}

const bloscpack = (codec, level) => pythonTool('bloscpack', 'bench/peers/bloscpack_file.py', codec, level)
const blosc2 = (codec, level) => pythonTool('blosc2', 'bench/peers/blosc2_file.py', codec, level)

const SHELL_TOOLS = {
  cat: { name: 'cat', pack: shellCat, unpack: shellCat },
  zstd: {
    name: 'zstd -3 -T0',
    pack: (from, to) => ({ argv: ['zstd', '-q', '-f', '-3', '-T0', from, '-o', to] }),
    unpack: (from, to) => ({ argv: ['zstd', '-q', '-f', '-d', from, '-o', to] }),
  },
  lz4: {
    name: 'lz4 -1',
    pack: (from, to) => ({ argv: ['lz4', '-q', '-f', '-1', from, to] }),
    unpack: (from, to) => ({ argv: ['lz4', '-q', '-f', '-d', from, to] }),
  },
  pigz: {
    name: 'pigz',
    pack: (from, to) => ({ argv: ['pigz', '-c', from], stdout: to }),
    unpack: (from, to) => ({ argv: ['pigz', '-dc', from], stdout: to }),
  },
}

/** The C-Blosc2 wheel is for the bench alone. */
function preparePeers() {
  if (!existsSync(python) || havePython('blosc2')) return
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '-r', 'bench/requirements.txt'], {
    stdio: 'inherit',
  })
}

/** Each group runs in turns with its first member, which is ours. */
function groups() {
  const withBloscpack = havePython('bloscpack')
  const withBlosc2 = havePython('blosc2')
  const list = [
    ['blosclz 7', [blpkTool('blosclz', 7), withBloscpack && bloscpack('blosclz', 7)]],
    [
      'lz4 5',
      [
        blpkTool('lz4', 5),
        SHELL_TOOLS.cat,
        withBloscpack && bloscpack('lz4', 5),
        withBlosc2 && blosc2('lz4', 5),
        have('zstd') && SHELL_TOOLS.zstd,
        have('lz4') && SHELL_TOOLS.lz4,
        have('pigz') && sizes.every((size) => size <= 200) && SHELL_TOOLS.pigz,
      ],
    ],
    ['zstd 3', [blpkTool('zstd', 3), withBloscpack && bloscpack('zstd', 3)]],
    [
      'zstd 5',
      [
        blpkTool('zstd', 5),
        withBloscpack && bloscpack('zstd', 5),
        withBlosc2 && blosc2('zstd', 5),
        withBlosc2 && frameTool('zstd', 5),
      ],
    ],
  ]
  if (!withBloscpack || !withBlosc2)
    console.log('note: set up the Python peers with node scripts/setup-python.mjs')
  const named = values.only?.split(',')
  const known = new Set(list.map(([name]) => name))
  const others = (named ?? [])
    .filter((name) => !known.has(name))
    .flatMap((name) => otherGroup(name, withBloscpack))
  return [...list, ...others]
    .filter(([name]) => named === undefined || named.includes(name))
    .map(([name, tools]) => ({ name, tools: tools.filter(Boolean) }))
}

/** Any other codec and level that is asked for, as 'zstd 7'. */
function otherGroup(name, withBloscpack) {
  const [, codec, level] = /^(\w+) ([1-9])$/.exec(name) ?? []
  return codec === undefined
    ? []
    : [[name, [blpkTool(codec, level), withBloscpack && bloscpack(codec, level)]]]
}

function remove(path) {
  rmSync(path, { recursive: true, force: true })
}

/** Packs and unpacks with each tool in turns. A RAM disk does not hold what all of them leave, so each cleans up behind itself. */
function measureTools(dir, input, typesize, runs, tools) {
  const packed = tools.map((_, i) => join(dir, `packed-${i}.blp`))
  const plain = tools.map((_, i) => join(dir, `plain-${i}`))
  const ratios = []
  const commands = tools.flatMap((tool, i) => [
    { ...tool.pack(input, packed[i], typesize), output: packed[i] },
    { ...tool.unpack(packed[i], plain[i], typesize), output: plain[i], from: packed[i], tool: i },
  ])
  const after = ({ argv, output, from, tool }, isLast) => {
    if (from === undefined) return
    if (isLast && !sameFile(input, output)) throw new Error(`${argv.join(' ')} did not give ${input} back`)
    ratios[tool] = statSync(input).size / statSync(from).size
    remove(output)
    remove(from)
  }
  const results = alternate(commands, runs, after, ({ output }) => remove(output))
  return tools.map((_, i) => ({
    ratio: ratios[i],
    compress: results[2 * i],
    decompress: results[2 * i + 1],
  }))
}

function measureGroup(dir, set, megabytes, { name, tools }) {
  const input = prepare(dir, set, megabytes * 1e6)
  const runs = runsFor(megabytes)
  const measured = measureTools(dir, input, itemSize(set), runs, tools)
  const [ours] = measured
  return measured.map(({ ratio, compress, decompress }, i) => ({
    dir,
    set,
    megabytes,
    group: name,
    tool: tools[i].name,
    ratio,
    compress: compress.seconds,
    decompress: decompress.seconds,
    spread: Math.max(compress.spread, decompress.spread),
    runs,
    memory: Math.max(compress.memory, decompress.memory),
    compressGain: compress.seconds / ours.compress.seconds,
    decompressGain: decompress.seconds / ours.decompress.seconds,
  }))
}

function line(row) {
  const cells = [
    row.set.padEnd(9),
    `${row.megabytes} MB`.padStart(8),
    row.tool.padEnd(20),
    row.ratio.toFixed(2).padStart(8),
    row.compress.toFixed(3).padStart(8),
    row.compressGain.toFixed(2).padStart(6),
    row.decompress.toFixed(3).padStart(8),
    row.decompressGain.toFixed(2).padStart(6),
    row.memory.toFixed(0).padStart(6),
    `±${(50 * row.spread).toFixed(0)} %`.padStart(6),
  ]
  return cells.join('  ')
}

const RESULTS = '.bench/results.json'
const HEAD =
  'set          size      tool                     ratio   pack s  ×ours  unpack s ×ours  MB  spread'

/** Start-up and reading at random, next to node itself and to C-Blosc2. */
function measureSmall(dir) {
  const input = prepare(dir, 'sensor', 1e6)
  const big = prepare(dir, 'sensor', Math.max(...sizes) * 1e6)
  const [archive, packed, frame, fresh] = ['a.blp', 'b.blp', 'b.b2frame', 'c.blp'].map((name) =>
    join(dir, name),
  )
  const commands = [
    ['node -e 0', [process.execPath, '-e', '0']],
    ['blpk --version', blpk('--version')],
    ['blpk compress 1 MB', blpk('c', '-t', '4', input, fresh)],
    ['the same over an old one', blpk('c', '-f', '-t', '4', input, archive)],
    ['blpk info', blpk('info', archive)],
  ]
  alternate([{ argv: commands[3][1] }, { argv: blpk('c', '-f', '-t', '4', big, packed) }], 1, () => {})
  commands.push(['1000 ranges, blpk', [process.execPath, 'bench/peers/blpk_random.mjs', packed, '1000', '4']])
  if (havePython('blosc2')) {
    alternate(
      [{ argv: [python, 'bench/peers/blosc2_file.py', 'c', big, frame, 'lz4', '5', '4'] }],
      1,
      () => {},
    )
    commands.push(['1000 ranges, blosc2', [python, 'bench/peers/blosc2_random.py', frame, '1000', '4']])
  }
  const results = alternate(
    commands.map(([, argv]) => ({ argv })),
    Math.max(runsFor(1), 5),
    () => remove(fresh),
  )
  console.log('\nsmall things                seconds   × node')
  commands.forEach(([name], i) => {
    const { seconds } = results[i]
    console.log(
      `${name.padEnd(26)} ${seconds.toFixed(3).padStart(8)} ${(seconds / results[0].seconds).toFixed(2).padStart(8)}`,
    )
  })
  for (const path of [input, big, archive, packed, frame]) remove(path)
}

/** What two threads gain over one where the codec is the cost, next to what two processes at once gain. */
function measureThreads(dir) {
  const input = prepare(dir, 'sensor', 1e9)
  const [a, b] = ['a.blp', 'b.blp'].map((name) => join(dir, name))
  const pack = (threads, to) => blpk('c', '-f', '-c', 'zstd', '-l', '5', '-t', '4', '-n', threads, input, to)
  const both = `${pack('1', a).join(' ')} & ${pack('1', b).join(' ')}; wait`
  const [one, two, pair] = alternate(
    [{ argv: pack('1', a) }, { argv: pack('2', a) }, { argv: ['sh', '-c', both] }],
    runsFor(1000),
    () => {},
    () => [a, b].map(remove),
  )
  console.log(`\nzstd 5, 1 GB: -n 2 is ${(one.seconds / two.seconds).toFixed(2)} times as fast as -n 1`)
  console.log(
    `the machine: two processes at once do ${((2 * one.seconds) / pair.seconds).toFixed(2)} times the work`,
  )
  for (const path of [input, a, b]) remove(path)
}

/** Earlier results stay where they were not measured again, so that a long bench can be run in pieces. */
function mergeResults(rows) {
  const keyOf = (row) => [row.dir, row.set, row.megabytes, row.group, row.tool].join()
  const earlier = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : []
  const fresh = new Set(rows.map(keyOf))
  return [...earlier.filter((row) => !fresh.has(keyOf(row))), ...rows]
}

function main() {
  preparePeers()
  mkdirSync('.bench', { recursive: true })
  const rows = []
  console.log(machine())
  if (values.only === undefined || values.only.includes('small')) {
    measureSmall(dirs[0])
    if (process.platform !== 'win32') measureThreads(dirs[0])
  }
  for (const dir of dirs) {
    console.log(`\n${dir}, medians in turns (± half the spread of the middle half)\n${HEAD}`)
    for (const megabytes of sizes) {
      for (const set of sets) {
        mkdirSync(dir, { recursive: true })
        if (dir === ramDisk) warm(join(dir, 'warm'), WARM * megabytes * 1e6)
        for (const group of groups()) {
          const measured = measureGroup(dir, set, megabytes, group)
          rows.push(...measured)
          for (const row of measured) console.log(line(row))
        }
        remove(prepare(dir, set, megabytes * 1e6))
      }
    }
  }
  const merged = mergeResults(rows)
  writeFileSync(RESULTS, `${JSON.stringify(merged, undefined, 1)}\n`)
  if (merged.length > 0) writeFileSync('.bench/picture.svg', drawPicture(merged))
  writeFileSync('.bench/tables.md', `${machine()}\n\n${drawTables(merged)}`)
  console.log('\nsaved .bench/results.json, tables.md and picture.svg')
}

main()
