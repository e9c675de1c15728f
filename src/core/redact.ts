// What messages may show of addresses and of what servers say: no passwords, no signatures.

import { printable } from './printable.js'

/** Longest text of a server that is shown; an error page may have megabytes. */
const MOST_SHOWN = 400

const SECRETS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID'] as const

/** An address as it may be shown: user and password are left out, and what a query may sign. */
export function shownUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) return scrubbed(address)
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`
}

/** Leaves out credentials of the environment. */
function withoutSecrets(text: string): string {
  let shown = text
  for (const name of SECRETS) {
    const secret = process.env[name]
    if (secret !== undefined && secret.length >= 4) shown = shown.replaceAll(secret, '…')
  }
  return shown
}

/**
 * A text of a server or library as it may be shown: addresses without what they sign, no credentials, no control
 * characters, and no longer than a message should be.
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
