import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readPages } from './blocks.js'

const ROOT = join(import.meta.dirname, '..', '..')
const LINK = /\]\(([^)\s]+)\)/g
const pages = readPages()

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

/** Anchors of the headings of a page, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  const text = markdown.replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(['CONTRIBUTING.md', ...pages.map(({ name }) => name)])('the links of %s lead somewhere', (name) => {
  for (const [, link = ''] of read(name).matchAll(LINK)) {
    if (/^[a-z]+:/.test(link)) continue
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? name : join(dirname(name), path)
    expect(existsSync(join(ROOT, target)), `${name}: ${link}`).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(read(target)), `${name}: ${link}`).toContain(anchor)
  }
})

test('the README is short, and the index names every page', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151)
  const index = read('docs/README.md')
  for (const { name } of pages.filter((page) => !page.name.endsWith('README.md')))
    expect(index).toContain(`(${name.replace('docs/', '')}`)
})
