import type { BlpkError, Container } from '../../../dist/index.js'

export function boxContainer(error: typeof BlpkError): Container
export function makeBox(
  contents: readonly (readonly [name: string, typesize: number, bytes: Uint8Array])[],
  before?: number,
): Buffer
