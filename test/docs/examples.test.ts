import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { isPosix } from '../cli/run.js'
import { peersRequired, pythonOfPeer } from '../support/peer.js'
import { startS3 } from '../support/s3-server.js'
import { scratchDirectory } from '../support/scratch.js'
import { type Block, readPages } from './blocks.js'
import { looksLike } from './mask.js'
import { makePlace, runPage } from './run-page.js'
import { stepsOf } from './steps.js'

const MOST_NOT_RUN = 8
const LANGUAGES = ['console', 'bash', 'sh', 'js', 'ts', 'python', 'text']

const directory = scratchDirectory()
const pages = readPages()
const python = pythonOfPeer('the Python examples of docs/')
const server = await startS3('the examples of docs/ for S3')

const found = new Map<string, boolean>([['python', python !== undefined]])

function isThere(program: string): boolean {
  const isFound =
    found.get(program) ?? spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
  found.set(program, isFound)
  return isFound
}

/** What a block needs that is not here. */
function lacking({ needs, language, text }: Block): string[] {
  const all = [...needs, ...(language === 'python' ? ['python'] : [])].filter((program) => !isThere(program))
  return server === undefined && text.includes('s3://bucket') ? [...all, 'versitygw'] : all
}

test('few examples are not run, and each says why', () => {
  const notRun = pages.flatMap(({ blocks }) => blocks).filter((block) => block.notRun !== undefined)
  expect(notRun.length).toBeLessThanOrEqual(MOST_NOT_RUN)
  for (const { notRun: why, line } of notRun) expect(why, `line ${line}`).toMatch(/\w+ \w+ \w+/)
})

test.each(pages)('every block of $name is in a language that is run, or is text', ({ markdown, blocks }) => {
  expect(blocks).toHaveLength((markdown.match(/^ *(```|~~~)/gm)?.length ?? 0) / 2)
  for (const { language, line } of blocks) expect(LANGUAGES, `line ${line}`).toContain(language)
})

test('a page must show what is printed, but for sizes, times and what it leaves out', () => {
  expect(looksLike('a.blp: ok (2 chunks, crc32)\n', 'a.blp: ok (1 chunk, crc32)\n')).toBe(false)
  expect(
    looksLike('12.5K (12800 bytes), ratio 2.59, in 0.1 s\n', '9.1K (9318 bytes), ratio 3.1, in 4 s\n'),
  ).toBe(true)
  expect(looksLike('first\nsecond\nlast\n', 'first\n…\nlast\n')).toBe(true)
  expect(looksLike('first\nlast\nmore\n', 'first\n…\nlast\n')).toBe(false)
  expect(looksLike('not shown\n', '')).toBe(false)
})

test.skipIf(!isPosix).each(pages)('the examples of $name print what it shows', async ({ name, blocks }) => {
  const place = makePlace(join(directory, name.replace(/\W/g, '-')))
  const run = blocks.filter((block) => {
    if (block.notRun !== undefined) return false
    const missing = lacking(block)
    if (peersRequired()) expect(missing, `${name}, line ${block.line}`).toEqual([])
    else if (missing.length > 0) console.warn(`not run, for want of ${missing}: ${name}, line ${block.line}`)
    return missing.length === 0
  })
  const steps = run.flatMap(stepsOf)
  for (const key of (await server?.keys('')) ?? []) await server?.remove(key)
  const ran = await runPage(place, steps, {
    ...server?.env,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  })
  const wrong: string[] = []
  for (const [i, { line, command, shown }] of steps.entries()) {
    const { output, code } = ran[i] ?? { output: '' }
    const where = `line ${line}: ${command}`
    const isShown = steps[i + 1]?.command === 'echo $?'
    if (!isShown && code !== 0) wrong.push(`${where}\nends with ${code}:\n${output}`)
    else if (shown !== undefined && !looksLike(output, shown)) wrong.push(`${where}\nprints:\n${output}`)
  }
  expect(wrong.join('\n'), name).toBe('')
})

test('the TypeScript examples compile', () => {
  const folder = join(directory, 'types')
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'blpk'), 'junction')
  const files = pages.flatMap(({ name, blocks }) =>
    blocks
      .filter(({ language }) => language === 'ts')
      .map(({ text, line }) => {
        const file = `${name.replace(/\W/g, '-')}-${line}.ts`
        writeFileSync(join(folder, file), text)
        return file
      }),
  )
  expect(files.length).toBeGreaterThan(0)
  const compilerOptions = {
    ...{ strict: true, noUncheckedIndexedAccess: true, noEmit: true, types: ['node'] },
    ...{ typeRoots: [resolve('node_modules', '@types')], target: 'es2022', lib: ['es2022'] },
    ...{ module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: true },
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const tsc = [resolve('node_modules', 'typescript', 'bin', 'tsc'), '-p', folder]
  expect(spawnSync(process.execPath, tsc, { encoding: 'utf8' }).stdout).toBe('')
})
