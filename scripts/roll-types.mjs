// Puts all that the library declares into one file, dist/blpk.d.ts: what index.d.ts exports, and what that needs. It names no
// module, so that it compiles for whoever has neither the types of Node nor those of a browser.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ts from 'typescript'

const ENTRY = resolve('dist/index.d.ts')
const OUTPUT = 'dist/blpk.d.ts'

/** Names that Node and browsers have, and nothing else: empty declarations merge with theirs. */
const GLOBALS = `declare global {
  interface AbortSignal {}
  interface URL {}
  interface SymbolConstructor {
    readonly dispose: unique symbol
    readonly asyncDispose: unique symbol
  }
}
`
/** Machinery that public classes hand on among themselves; what is in it is nobody's business, and would need other types. */
const OPAQUE = new Set(['Workspace'])

const program = ts.createProgram([ENTRY], {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: ['node'],
  skipLibCheck: true,
})
const checker = program.getTypeChecker()

/** What a name stands for in the end, however often it was passed on. */
function meant(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Is it declared at the top of one of our own files? Then its statements, else undefined. */
function statementsOf(symbol) {
  const statements = (symbol.declarations ?? []).map((declaration) => {
    const isVariable = ts.isVariableDeclaration(declaration)
    return isVariable ? declaration.parent.parent : declaration
  })
  const isOurs = statements.some(
    (node) =>
      ts.isSourceFile(node.parent) && resolve(node.getSourceFile().fileName).startsWith(resolve('dist')),
  )
  return isOurs ? statements : undefined
}

const names = new Map()
const taken = new Set()
const queue = []

/** The name of a symbol in the rolled file; what has it is going to be in there. */
function nameOf(symbol, wanted = symbol.name) {
  if (!names.has(symbol)) {
    let name = wanted
    for (let n = 1; taken.has(name); n++) name = `${wanted}$${n}`
    taken.add(name)
    names.set(symbol, name)
    queue.push(symbol)
  }
  return names.get(symbol)
}

/** The places in a statement where other names must stand. */
function changesIn(statement) {
  const changes = []
  if (OPAQUE.has(statement.name?.text)) return changes
  const visit = (node) => {
    if (ts.isImportTypeNode(node)) {
      const symbol = node.qualifier && checker.getSymbolAtLocation(node.qualifier)
      const ours = symbol && meant(symbol)
      if (ours === undefined || statementsOf(ours) === undefined)
        throw new Error(`${statement.getSourceFile().fileName}: ${node.getText()} is from elsewhere`)
      changes.push({ start: node.getStart(), end: node.qualifier.end, text: nameOf(ours) })
      node.typeArguments?.forEach(visit)
      return
    }
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node)
      const found = symbol && meant(symbol)
      if (found !== undefined && statementsOf(found) !== undefined)
        changes.push({ start: node.getStart(), end: node.end, text: nameOf(found) })
      else if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias)
        throw new Error(`${statement.getSourceFile().fileName}: ${node.text} is from another package`)
      return
    }
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return changes
}

function rolled(statement) {
  if (OPAQUE.has(statement.name?.text))
    return `declare class ${nameOf(checker.getSymbolAtLocation(statement.name))} {\n  private constructor()\n}`
  const text = statement.getSourceFile().text
  const changes = changesIn(statement)
  for (const modifier of statement.modifiers ?? [])
    if (modifier.kind === ts.SyntaxKind.ExportKeyword)
      changes.push({ start: modifier.getStart(), end: modifier.end + 1, text: '' })
  let [at, out] = [statement.getFullStart(), '']
  for (const { start, end, text: by } of changes.sort((a, b) => a.start - b.start)) {
    out += text.slice(at, start) + by
    at = end
  }
  return (out + text.slice(at, statement.end)).trim()
}

const exported = checker
  .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(ENTRY)))
  .map((symbol) => ({ name: symbol.name, symbol: meant(symbol) }))
for (const { name, symbol } of exported) nameOf(symbol, name)

const statements = new Set()
while (queue.length > 0)
  for (const statement of statementsOf(queue.shift()) ?? []) {
    if (statements.has(statement)) continue
    statements.add(statement)
    changesIn(statement)
  }

const isType = ({ flags }) => (flags & ts.SymbolFlags.Value) === 0
const list = exported
  .map(
    ({ name, symbol }) =>
      `${isType(symbol) ? 'type ' : ''}${nameOf(symbol) === name ? '' : `${nameOf(symbol)} as `}${name}`,
  )
  .sort()
const body = [...statements].map(rolled).join('\n')
const comment = /^\/\*\*.*?\*\//s.exec(readFileSync(ENTRY, 'utf8'))?.[0] ?? ''
writeFileSync(OUTPUT, `${comment}\n${GLOBALS}${body}\nexport { ${list.join(', ')} }\n`)
