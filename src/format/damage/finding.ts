// Findings: the problems that a check reports, with their places and the lost data.

import type { Box } from '../../array/geometry.js'
import type { Advice } from '../../core/advice.js'
import type { BlpkError, ErrorCode, ErrorPlace } from '../../core/errors.js'

/** A half-open range of bytes, items or rows; without `stop`, the end is unknown. */
export interface Span {
  start: number
  stop?: number
}

/** Lost plain bytes, and the items and rows of an array that they touch. */
export interface Lost extends Span {
  /** If items have more than one byte. */
  items?: Span
  /** Along axis 0, for an array of more than one dimension in C order. */
  rows?: Span
  /** The part of the array that the chunk holds, in items along each axis (arrays in frames only). */
  box?: Box
}

/** Whether nothing is wrong and nothing was left unchecked. */
export function isSound(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level === 'note')
}

/** A problem in an archive, or something worth knowing. */
export interface Finding {
  /** `damage`: wrong. `unsupported`: possibly right, but it could not be checked. `note`: worth knowing. */
  level: 'damage' | 'unsupported' | 'note'
  code: ErrorCode
  message: string
  /** Index of the chunk, from 0. */
  chunk?: number
  /** Position in the archive, in bytes. */
  offset?: number
  lost?: Lost
  /** What to do about it. */
  advice?: Advice
}

/** A finding of damage, in plain words. */
export function damage(message: string, more: Partial<Finding> = {}): Finding {
  return { level: 'damage', code: 'DAMAGED', message, ...more }
}

/** A note, in plain words. */
export function note(message: string, more: Partial<Finding> = {}): Finding {
  return { level: 'note', code: 'DAMAGED', message, ...more }
}

/** Turns an error with its place into a finding. */
export function damageFinding(error: BlpkError, more: Partial<Finding> = {}): Finding {
  const { code, message, place, advice } = error
  const level = code === 'UNSUPPORTED' ? 'unsupported' : 'damage'
  return { level, code, message, ...placeIn(place), ...more, ...(advice !== undefined && { advice }) }
}

function placeIn({ chunk, offset }: ErrorPlace): Partial<Finding> {
  return { ...(chunk !== undefined && { chunk }), ...(offset !== undefined && { offset }) }
}
