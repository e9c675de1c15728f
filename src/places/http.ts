// Web servers as read-only places.

import type { Place } from './place.js'

export const HTTP: Place = {
  schemes: ['http', 'https'],
  isUrl: true,
  onlyRead: 'web servers can only be read',
  // A read-only place needs no guard.
  identity: () => undefined,
  source: async (name, settings) => (await import('../sources/http.js')).openHttp(name, settings),
}
