import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describe } from '../../dist/cli/exit.js'
import { damaged, located, unsupported, usage } from '../../dist/core/errors.js'

const SOURCE = join(import.meta.dirname, '..', '..', 'src')

test('the command line adds its flag or command to what the library advises', () => {
  const plain = { option: 'raw', to: 'pack the file as plain bytes' } as const
  expect(describe(usage('it is no array', plain))).toBe(
    'it is no array; use --raw to pack the file as plain bytes',
  )
  expect(
    describe(unsupported('it is an array', {}, { call: 'convert', does: 'turns it into one' }), 'a'),
  ).toBe("'a': it is an array (blpk convert turns it into one)")
  const large = damaged('the chunk is too large', { chunk: 3, offset: 40 }, { option: 'maxChunk' })
  expect(describe(located(large), 'a')).toBe(
    "'a': chunk 3 at byte 40: the chunk is too large (see --max-chunk)",
  )
})

test('errors of the library name no flags of the command line', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !/^(cli|kernels)\//.test(name))
  expect(files.length).toBeGreaterThan(100)
  for (const file of files) {
    const code = readFileSync(join(SOURCE, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    expect([
      file,
      /['"`][^'"`\n]*[ (]--[a-z-]+|blpk (convert|repair|verify|append|compress)\b/.exec(code),
    ]).toEqual([file, null])
  }
})
