// How work on files tells what is worth knowing.

/** Told of what is worth knowing, one line each. */
export type Note = (message: string) => void
