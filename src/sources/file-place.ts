/** A place in a file, for whichever thread is to read or write there. */
export interface FilePlace {
  /** Open descriptor. */
  fd: number
  /** In bytes. */
  position: number
  /** Name of the file, for messages. */
  name: string
}
