// Lets callers write `await using` for anything with a `close` method.

import type { MaybePromise } from './maybe-promise.js'

declare global {
  // TypeScript libraries before ESNext lack it; so does Node 20.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
}

/** An object that `await using` closes at the end of its block. */
export interface Closable {
  /** Closes it at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Makes `await using` work for a class with a `close` method. */
export function disposable<T extends { close(): MaybePromise<void> }>(opened: T): T & Closable {
  if (Symbol.asyncDispose in opened) return opened as T & Closable
  const value = async (): Promise<void> => opened.close()
  return Object.defineProperty(opened, Symbol.asyncDispose, { value }) as T & Closable
}
