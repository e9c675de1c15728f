// Hands the sizes to the bench.

import { writeFileSync } from 'node:fs'
import type { Case } from './cases.js'
import { excess } from './judge.js'

/** A file to which each case is added as a line of JSON: npm run bench:ratio draws its table from it. */
const REPORT = process.env.BLPK_RATIO_REPORT

export function report(cases: readonly Case[]): void {
  if (REPORT === undefined) return
  const lines = cases.map((each) => {
    const { codec, level, shuffle, blocks } = each.setting
    const { set, plain, ours, theirs } = each
    const sizes = { plain, ours, theirs, excess: excess(each) }
    return JSON.stringify({ set, codec, level, shuffle, blocks, ...sizes })
  })
  writeFileSync(REPORT, `${lines.join('\n')}\n`, { flag: 'a' })
}
