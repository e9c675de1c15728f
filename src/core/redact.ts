// Removes passwords and signatures from addresses and server messages before they are shown.

import { printable } from './printable.js'

/** Maximum length of server text that is shown; an error page may have megabytes. */
const MOST_SHOWN = 400

const SECRETS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID'] as const

/** An address without user, password and signature. */
export function shownUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) return scrubbed(address)
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`
}

/** Removes credentials that are in the environment. */
function withoutSecrets(text: string): string {
  let shown = text
  for (const name of SECRETS) {
    const secret = process.env[name]
    if (secret !== undefined && secret.length >= 4) shown = shown.replaceAll(secret, '…')
  }
  return shown
}

/**
 * Makes text from a server or library safe to show: no signatures, no credentials, no control characters, and
 * no excessive length.
 */
export function scrubbed(text: string): string {
  const shown = printable(
    withoutSecrets(text)
      .slice(0, 4 * MOST_SHOWN)
      .replace(/\s+/g, ' '),
  )
    .replace(/\b(https?:\/\/)[^\s/@]*@/gi, '$1')
    .replace(/\?[^\s'"<>]*(=[^\s'"<>]*)/g, '?…')
    .replace(/\b((?:x-amz-)?(?:signature|security-token|credential)=)[^\s&'"]+/gi, '$1…')
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}…` : shown
}
