// Modules that register codecs and filters: worker threads import them, so that these run there too.

/** The origin of a codec or filter. */
export interface Module {
  /** URL of the module that registers it, such as `import.meta.url`. */
  module?: string | undefined
}

const registered = new Set<string>()

/** Records that a module has registered its contents in this thread. */
export function noteModule(module: string | undefined): void {
  if (module !== undefined) registered.add(module)
}

/** Whether a module has registered its contents in this thread. */
export function isRegistered(module: string): boolean {
  return registered.has(module)
}
