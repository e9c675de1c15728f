// The type of results that are often available immediately, so that hot paths need not await them.

export type MaybePromise<T> = T | Promise<T>
