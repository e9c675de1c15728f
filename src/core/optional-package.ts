// Loads packages that are installed only by those who need them.

import { unsupported } from './errors.js'

const MISSING: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

/** A package that is there, but lacks one of its own, is broken: its error names the other one. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message = '' } = error as { code?: unknown; message?: string }
  return MISSING.includes(code) && message.includes(`'${name}'`)
}

/**
 * Loads a module of ours that imports an optional package.
 * @param name of the package, as npm knows it
 * @param user what the package is for, such as `s3:// names`
 * @throws BlpkError UNSUPPORTED if the package is not installed
 */
export async function withPackage<T>(name: string, user: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error, name)) throw error
    const message = `${user} need the package ${name}, which is not installed`
    throw unsupported(message, {}, { install: name })
  }
}
