// Random numbers of the distributions that made data have.

import type { Random } from '../random.js'

/** Normally distributed around 0. */
export function normal(random: Random, deviation = 1): number {
  return deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** How often something happened that happens `mean` times on average; for small means. */
export function poisson(random: Random, mean: number): number {
  const least = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > least; product *= random()) count++
  return count
}

/** One of some values, each as often as its weight says; the weights make 1. */
export function weighted(
  random: Random,
  values: readonly (readonly [value: number, weight: number])[],
): number {
  let rest = random()
  for (const [value, weight] of values) {
    rest -= weight
    if (rest < 0) return value
  }
  return values[0]?.[0] ?? 0
}

export function rounded(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}
