import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const FENCE = /^(?:<!-- (not run|needs): (.*?) -->\n)?```(\w+)\n([\s\S]*?)^```$/gm

/** A fenced block of a page. */
export interface Block {
  language: string
  text: string
  line: number
  /** Why it is not run. */
  notRun?: string
  /** Programs that it needs, besides bash and blpk. */
  needs: readonly string[]
}

export interface Page {
  /** From the root of the repository, such as `docs/cli.md`. */
  name: string
  markdown: string
  blocks: readonly Block[]
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(FENCE)].map(
    ({ index, 0: all, 1: mark, 2: why = '', 3: language = '', 4: text = '' }) => ({
      language,
      text,
      line: markdown.slice(0, index + all.length - text.length).split('\n').length,
      needs: mark === 'needs' ? why.split(' ') : [],
      ...(mark === 'not run' ? { notRun: why } : {}),
    }),
  )
}

/** README.md and every page of docs/. */
export function readPages(): Page[] {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  return ['README.md', ...pages.map((page) => `docs/${page}`)].map((name) => {
    const markdown = readFileSync(join(ROOT, name), 'utf8')
    return { name, markdown, blocks: blocksOf(markdown) }
  })
}
