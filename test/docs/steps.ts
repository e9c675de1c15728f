import { transpileModule } from 'typescript'
import type { Block } from './blocks.js'

const SCRIPTS: Record<string, { run: string; extension: string; shown: RegExp }> = {
  js: { run: 'node', extension: 'mjs', shown: /console\.log\(.*\) \/\/ (.*)/g },
  ts: { run: 'node', extension: 'mjs', shown: /console\.log\(.*\) \/\/ (.*)/g },
  python: { run: 'python', extension: 'py', shown: /print\(.*\) {2}# (.*)/g },
}

/** What is run of a block: a command, the files that it takes, and what the page shows of its output. */
export interface Step {
  line: number
  command: string
  file?: { name: string; text: string }
  /** Not there: the block is a script, which shows nothing. */
  shown?: string
}

function consoleSteps({ text, line }: Block): Step[] {
  const steps: (Step & { shown: string })[] = []
  let open = false
  for (const [i, row] of text.trimEnd().split('\n').entries()) {
    const last = steps.at(-1)
    if (open && last !== undefined) last.command += `\n${row}`
    else if (row.startsWith('$ ')) steps.push({ line: line + i, command: row.slice(2), shown: '' })
    else if (last !== undefined) last.shown += `${row}\n`
    else throw new Error(`line ${line + i} is output of no command: ${row}`)
    open = (open || row.startsWith('$ ')) && row.endsWith('\\')
  }
  return steps
}

/** The name that a script has in its first line, such as `// mine.mjs`. */
function nameOf({ text, line }: Block, extension: string): string {
  const [, own] = /^(?:\/\/|#) ([\w-]+\.\w+)\n/.exec(text) ?? []
  return own ?? `line-${line}.${extension}`
}

function scriptStep(block: Block, { run, extension, shown }: (typeof SCRIPTS)[string] & {}): Step {
  const { language, text, line } = block
  const compilerOptions = { module: 99, target: 9 } // ESNext, ES2022
  const name = nameOf(block, extension)
  return {
    line,
    command: `${run} ${name}`,
    file: { name, text: language === 'ts' ? transpileModule(text, { compilerOptions }).outputText : text },
    shown: [...text.matchAll(shown)].map(([, output]) => `${output}\n`).join(''),
  }
}

/** The steps of a block that can be run; of other languages (json, text) there are none. */
export function stepsOf(block: Block): Step[] {
  const script = SCRIPTS[block.language]
  if (script !== undefined) return [scriptStep(block, script)]
  if (block.language === 'console') return consoleSteps(block)
  const isShell = block.language === 'bash' || block.language === 'sh'
  return isShell ? [{ line: block.line, command: block.text.trimEnd() }] : []
}
