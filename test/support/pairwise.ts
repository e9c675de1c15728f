import { ALL } from './long.js'

function pairsOf(properties: readonly unknown[]): string[] {
  const names = properties.map((value, i) => `${i}=${JSON.stringify(value)}`)
  return names.flatMap((a, i) => names.slice(i + 1).map((b) => `${a} ${b}`))
}

/**
 * Cases of a matrix in which any two values of its properties still meet, if they meet at all, in `npm test`; all of
 * them in `npm run test:all`.
 * @param propertiesOf what is varied, always in the same order
 */
export function pairwise<T>(cases: readonly T[], propertiesOf: (each: T) => readonly unknown[]): T[] {
  if (ALL) return [...cases]
  const rest = new Map(cases.map((each) => [each, pairsOf(propertiesOf(each))]))
  const met = new Set<string>()
  const chosen = new Set<T>()
  for (;;) {
    let most = 0
    let best: T | undefined
    for (const [each, pairs] of rest) {
      const gain = pairs.filter((pair) => !met.has(pair)).length
      if (gain > most) [most, best] = [gain, each]
    }
    if (best === undefined) return cases.filter((each) => chosen.has(each))
    for (const pair of rest.get(best) ?? []) met.add(pair)
    chosen.add(best)
    rest.delete(best)
  }
}
