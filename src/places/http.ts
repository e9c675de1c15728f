// Web servers as places, for reading only.

import type { Place } from './place.js'

export const HTTP: Place = {
  schemes: ['http', 'https'],
  isUrl: true,
  onlyRead: 'web servers are only read from',
  // What is never written needs no guard.
  identity: () => undefined,
  source: async (name, settings) => (await import('../sources/http.js')).openHttp(name, settings),
}
