// Standard input and output, under whatever name an argument calls them.

import type { ByteSink } from '../bytes/byte-sink.js'
import { descriptorNamed } from '../disk/descriptors.js'
import { schemeOf } from '../places/registry.js'
import { openOrderedStdout } from '../sinks/stdout.js'

/** Does a name lead to an open descriptor, as `/dev/stdout` does? Whoever opens a wrong name says what is wrong. */
export function leadsTo(name: string, fd: number): boolean {
  if (schemeOf(name) !== undefined) return false
  try {
    const named = descriptorNamed(name)
    return named !== undefined && named !== 'foreign' && named.fd === fd
  } catch {
    return false
  }
}

/** A sink for results that go to standard output in order. @throws BlpkError IO */
export function openResults(): ByteSink {
  return openOrderedStdout()
}
