import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const SOURCE = resolve('src')
/** Values whose comments have an example: who starts with the library starts with one of these. */
const HAVE_EXAMPLES = [
  'open',
  'compress',
  'decompress',
  'append',
  'verify',
  'pack',
  'NDArray',
  'registerCodec',
]

interface Example {
  /** Where it is compiled: beside its source, so that the compiler says which one is meant. */
  name: string
  code: string
}

/** The blocks behind `@example` in the comments of a file. */
function examplesOf(path: string): Example[] {
  const text = readFileSync(path, 'utf8')
  const comments = text.match(/\/\*\*[\s\S]*?\*\//g) ?? []
  return comments
    .map((comment) => comment.replace(/^ *\* ?/gm, ''))
    .flatMap((comment) => [...comment.matchAll(/@example\n```ts\n([\s\S]*?)^```$/gm)])
    .map(({ 1: code = '' }, i) => ({ name: path.replace(/ts$/, `example-${i}.ts`), code }))
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SOURCE, name))
const examples = files.flatMap(examplesOf)

test('every @example is found, and the names that people start with have one', () => {
  const marks = files.flatMap((path) => readFileSync(path, 'utf8').match(/@example/g) ?? [])
  expect(examples.length).toBe(marks.length)
  const all = examples.map(({ code }) => code).join('')
  for (const name of HAVE_EXAMPLES) expect(all).toMatch(new RegExp(`import \\{[^}]*\\b${name}\\b`))
})

test('examples in comments compile against the types of the package', () => {
  const options: ts.CompilerOptions = {
    ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmit: true },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
    ...{ target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'] },
    ...{ types: ['node'], skipLibCheck: true, paths: { blpk: [resolve('dist/blpk.d.ts')] } },
  }
  const host = ts.createCompilerHost(options)
  const codes = new Map(examples.map(({ name, code }) => [resolve(name).replaceAll('\\', '/'), code]))
  const { fileExists, readFile, getSourceFile } = host
  const codeOf = (name: string) => codes.get(name.replaceAll('\\', '/'))
  host.fileExists = (name) => codeOf(name) !== undefined || fileExists(name)
  host.readFile = (name) => codeOf(name) ?? readFile(name)
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const code = codeOf(name)
    if (code === undefined) return getSourceFile(name, languageVersion, ...rest)
    return ts.createSourceFile(name, code, languageVersion)
  }
  const program = ts.createProgram([...codes.keys()], options, host)
  const faults = [...codes.keys()].flatMap((name) => {
    const file = program.getSourceFile(name)
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
  })
  const format = { getCanonicalFileName: (name: string) => name, getCurrentDirectory: process.cwd }
  expect(ts.formatDiagnostics(faults, { ...format, getNewLine: () => '\n' })).toBe('')
})
