// Findings: what a check reports as wrong, with its place and with the data that are lost.

import type { Box } from '../../array/geometry.js'
import type { Advice } from '../../core/advice.js'
import type { BlpkError, ErrorCode, ErrorPlace } from '../../core/errors.js'

/** A half-open range of bytes, items or rows; without `stop` it goes to an end that is not known. */
export interface Span {
  start: number
  stop?: number
}

/** Plain bytes that are lost, and the items and rows of an array that lie in them, in part or as a whole. */
export interface Lost extends Span {
  /** Where the items have more than one byte. */
  items?: Span
  /** Along axis 0, of an array of more than one dimension in C order. */
  rows?: Span
  /** Of an array in a frame: what the chunk holds of it, in items along each axis. */
  box?: Box
}

/** Is nothing wrong, and nothing left unchecked? */
export function isSound(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level === 'note')
}

/** Something that is wrong with an archive, or worth knowing. */
export interface Finding {
  /** `damage` is wrong; `unsupported` may be right, but could not be checked here; `note` is worth knowing. */
  level: 'damage' | 'unsupported' | 'note'
  code: ErrorCode
  message: string
  /** Index of the chunk, from 0. */
  chunk?: number
  /** Position in the archive, in bytes. */
  offset?: number
  lost?: Lost
  /** What can be done about it. */
  advice?: Advice
}

/** Something that is wrong, in plain words. */
export function damage(message: string, more: Partial<Finding> = {}): Finding {
  return { level: 'damage', code: 'DAMAGED', message, ...more }
}

/** Something that is worth knowing, in plain words. */
export function note(message: string, more: Partial<Finding> = {}): Finding {
  return { level: 'note', code: 'DAMAGED', message, ...more }
}

/** As a finding: what an error says, with its place. */
export function damageFinding(error: BlpkError, more: Partial<Finding> = {}): Finding {
  const { code, message, place, advice } = error
  const level = code === 'UNSUPPORTED' ? 'unsupported' : 'damage'
  return { level, code, message, ...placeIn(place), ...more, ...(advice !== undefined && { advice }) }
}

function placeIn({ chunk, offset }: ErrorPlace): Partial<Finding> {
  return { ...(chunk !== undefined && { chunk }), ...(offset !== undefined && { offset }) }
}
