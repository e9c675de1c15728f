// Lets callers write `await using` for anything that has a `close` method.

import type { MaybePromise } from './maybe-promise.js'

declare global {
  // Libraries of TypeScript before ESNext do not have it; Node 20 does.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
}

/** What `await using` closes at the end of its block. */
export interface Closable {
  /** Closes it at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Makes `await using` close what has a `close`. */
export function disposable<T extends { close(): MaybePromise<void> }>(opened: T): T & Closable {
  if (Symbol.asyncDispose in opened) return opened as T & Closable
  const value = async (): Promise<void> => opened.close()
  return Object.defineProperty(opened, Symbol.asyncDispose, { value }) as T & Closable
}
