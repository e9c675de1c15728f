// The Content-Range header of HTTP.

/** The range in a response, and the total size. */
export interface ContentRange {
  start: number
  stop: number
  size: number
}

const CONTENT_RANGE = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/i

/** @returns undefined if the header is missing or makes no sense */
export function parseContentRange(text: string | null): ContentRange | undefined {
  const found = CONTENT_RANGE.exec(text?.trim() ?? '')
  if (found === null) return undefined
  const [start, last, size] = [Number(found[1]), Number(found[2]), Number(found[3])]
  const sound = Number.isSafeInteger(size) && start <= last && last < size
  return sound ? { start, stop: last + 1, size } : undefined
}
