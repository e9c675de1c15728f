const SECRETS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID'] as const

/** An address as it may be shown: user and password are left out, and what a query may sign. */
export function shownUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) return scrubbed(address)
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`
}

/** A text of a server or library as it may be shown: addresses without what they sign, no credentials. */
export function scrubbed(text: string): string {
  let shown = text.replace(/\b(https?:\/\/)[^\s/@]*@/gi, '$1').replace(/\?[^\s'"<>]*(=[^\s'"<>]*)/g, '?…')
  shown = shown.replace(/\b((?:x-amz-)?(?:signature|security-token|credential)=)[^\s&'"]+/gi, '$1…')
  for (const name of SECRETS) {
    const secret = process.env[name]
    if (secret !== undefined && secret.length >= 4) shown = shown.replaceAll(secret, '…')
  }
  return shown
}
