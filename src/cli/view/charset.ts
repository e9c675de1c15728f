// Tells if the terminal can show characters beyond ASCII.

/**
 * Can the terminal show more than ASCII? On POSIX the locale says so; Windows writes Unicode to its console.
 */
export function speaksUnicode(env: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform === 'win32') return true
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '')
  return locale !== undefined && /utf-?8/i.test(locale)
}
