// How a worker gets at a module by its URL. The bundle of the command line, which is CommonJS, has `require` in its place.

export function loadModule(url: string): Promise<object> {
  return import(url)
}
