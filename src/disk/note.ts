// The callback for notes about work on files.

/** Called with each note, a line of text. */
export type Note = (message: string) => void
