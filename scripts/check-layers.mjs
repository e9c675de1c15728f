// Checks how the source hangs together: a layer imports only what stands above it in LAYERS, containers never import each
// other, and no files or folders import each other in a circle. Type-only and lazy imports count like all others.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import ts from 'typescript'

/** Each line imports only from lines above it; layers on the same line do not import each other. */
const LAYERS = [
  ['core'],
  ['kernels'],
  ['filters'],
  ['codecs'],
  ['array'],
  ['chunk'],
  ['bytes'],
  ['disk', 'net'],
  ['store'],
  ['sources'],
  ['sinks'],
  ['places'],
  ['engine'],
  ['format'],
  ['format/*'],
  ['format/registry'],
  ['verbs'],
  ['library'],
  ['cli', 'index'],
]
/** Folders of `format` that are no containers, but what containers share. */
const SHARED = ['chunks', 'damage', 'frame', 'regions']
/** All that the command line may import: what it is made for, and words and values that every layer knows. */
const FOR_CLI = ['cli', 'verbs', 'format/registry', 'core']
/** Files besides: which arguments name places, and what those may be told. */
const FILES_FOR_CLI = ['places/registry.ts', 'store/settings.ts']

const root = process.argv[2] ?? 'src'
const rank = new Map(LAYERS.flatMap((names, i) => names.map((name) => [name, i])))

function layerOf(file) {
  const [first, second, third] = file.split('/')
  if (first !== 'format') return first.replace(/\.ts$/, '')
  if (second.startsWith('registry')) return 'format/registry'
  return third === undefined || SHARED.includes(second) ? 'format' : `format/${second}`
}

function rankOf(layer) {
  return rank.get(layer) ?? (layer.startsWith('format/') ? rank.get('format/*') : undefined)
}

function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'))
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.ts$/.test(name) && !/\.d\.ts$|^kernels\/assembly\//.test(name))
const graph = new Map(
  files.map((file) => [file, [...new Set(importsOf(file))].filter((to) => files.includes(to))]),
)

function faultOf(from, to) {
  const [a, b] = [layerOf(from), layerOf(to)]
  if (rankOf(a) === undefined) return `'${a}' is no layer: add it to LAYERS`
  if (FILES_FOR_CLI.includes(to) && a === 'cli') return undefined
  if (a === 'cli' && !FOR_CLI.includes(b))
    return 'the command line imports from verbs, format/registry and core alone'
  if (a === b) return undefined
  if (rankOf(b) < rankOf(a)) return undefined
  return a.startsWith('format/') && b.startsWith('format/') && b !== 'format/registry'
    ? 'containers do not import each other'
    : `'${b}' does not stand above '${a}'`
}

/** Strongly connected parts with more than one member (Tarjan). */
function circles(edges) {
  const [index, low, stack, found] = [new Map(), new Map(), [], []]
  const visit = (node) => {
    index.set(node, index.size)
    low.set(node, index.get(node))
    stack.push(node)
    for (const to of edges.get(node) ?? []) {
      if (!index.has(to)) visit(to)
      if (stack.includes(to)) low.set(node, Math.min(low.get(node), low.get(to)))
    }
    if (low.get(node) !== index.get(node)) return
    const part = stack.splice(stack.indexOf(node))
    if (part.length > 1) found.push(part)
  }
  for (const node of edges.keys()) if (!index.has(node)) visit(node)
  return found
}

/** Folders that stand beside each other, at every level, and what their files import. */
function folderGraphs() {
  const graphs = new Map()
  for (const [from, targets] of graph) {
    for (const to of targets) {
      const [a, b] = [from.split('/'), to.split('/')]
      let depth = 0
      while (a[depth] === b[depth]) depth++
      if (a.length === depth + 1 || b.length === depth + 1) continue
      const parent = a.slice(0, depth).join('/')
      // Containers and what they share are layers, which are checked above.
      if (parent === 'format') continue
      const edges = graphs.get(parent) ?? new Map()
      graphs.set(parent, edges)
      const [x, y] = [a, b].map((parts) => parts.slice(0, depth + 1).join('/'))
      edges.set(x, (edges.get(x) ?? new Set()).add(y))
      if (!edges.has(y)) edges.set(y, new Set())
    }
  }
  return [...graphs.values()]
}

const faults = []
for (const [from, targets] of graph)
  for (const to of targets) {
    const fault = faultOf(from, to)
    if (fault !== undefined)
      faults.push(`${join(root, from)} imports ${relative(dirname(from), to)}: ${fault}`)
  }
for (const circle of circles(graph))
  faults.push(`files import each other in a circle: ${circle.sort().join(', ')}`)
for (const edges of folderGraphs())
  for (const circle of circles(edges))
    faults.push(`folders import each other in a circle: ${circle.sort().join(', ')}`)

for (const fault of faults) console.error(fault)
if (faults.length > 0) {
  console.error(`${faults.length} faults of structure; docs/architecture.md says what the layers are`)
  process.exitCode = 1
}
