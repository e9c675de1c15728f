// Loads a user's module by URL. The CommonJS bundle of the command line leaves that to a file beside it.

export async function importModule(url: string): Promise<Record<string, unknown>> {
  return (await import(url)) as Record<string, unknown>
}
