// The tests of compression ratios for one codec, and what they expect.

import { describe, expect, test } from 'vitest'
import { MADE } from '../corpus/made.js'
import { realArrays } from '../corpus/real.js'
import { startPeer } from '../peer.js'
import { scratchDirectory } from '../scratch.js'
import { type Case, Comparison, caseLine } from './cases.js'
import { excess, geometricMean, tooLarge } from './judge.js'
import { type Open, openFor } from './open.js'
import { report } from './report.js'
import { Row } from './row.js'
import { settingsOf } from './settings.js'

const TIMEOUT = 300_000
/** Our size as a multiple of theirs, over the whole corpus. */
const MOST_ON_AVERAGE = 1

/** Each case is decided as C-Blosc does, and no larger than is known of its codec. */
export function expectAsGood(cases: readonly Case[]): void {
  report(cases)
  const disagreed = cases.filter(({ agree }) => !agree).map(caseLine)
  expect(disagreed, `decided otherwise than C-Blosc:\n${disagreed.join('\n')}`).toHaveLength(0)
  const worse = cases.filter((each) => excess(each) > openFor(each.setting.codec).worst).map(caseLine)
  expect(worse, `larger than C-Blosc's by too much:\n${worse.join('\n')}`).toHaveLength(0)
}

function groupOf({ setting }: Case): string {
  return `level ${setting.level}, ${setting.blocks}`
}

/** Of all settings of a codec, no more are larger than is known, alone and on average. */
function expectAsGoodTogether(cases: readonly Case[], open: Open): void {
  const larger = tooLarge(cases).map(caseLine)
  const what = `${larger.length} of ${cases.length} more than 2 % larger than C-Blosc's`
  expect(larger.length, `${what}:\n${larger.join('\n')}`).toBeLessThanOrEqual(open.cases)
  const groups = new Map<string, Case[]>()
  for (const each of cases) {
    const group = groupOf(each)
    const members = groups.get(group)
    if (members === undefined) groups.set(group, [each])
    else members.push(each)
  }
  const worse = [...groups]
    .map(([group, members]) => [group, geometricMean(members)] as const)
    .filter(([, mean]) => mean > MOST_ON_AVERAGE)
    .map(([group, mean]) => `${group}: ${mean.toFixed(4)}`)
  const means = `on average larger than C-Blosc's:\n${worse.join('\n')}`
  expect(worse.length, means).toBeLessThanOrEqual(open.means)
}

/** Tests of the whole corpus with all settings of a codec against both libraries. */
export async function compareRatios(codec: string): Promise<void> {
  const peer = await startPeer(`compression ratios of ${codec} against C-Blosc and C-Blosc2`)
  const sets = [...MADE, ...realArrays()]
  const directory = scratchDirectory()
  if (peer === undefined) return
  const row = new Row(sets, (set) => new Comparison(peer, directory, set, settingsOf(codec, set.typesize)))
  const all: Case[] = []
  describe(codec, () => {
    sets.forEach(({ name }, i) => {
      test(`${name}: packed as small as by C-Blosc`, { timeout: TIMEOUT }, async () => {
        const cases = await row.cases(i)
        all.push(...cases)
        expectAsGood(cases)
      })
    })
    test('packed as small as by C-Blosc together', () => {
      expect(new Set(all.map(({ set }) => set)).size).toBe(sets.length)
      expectAsGoodTogether(all, openFor(codec))
    })
  })
}
