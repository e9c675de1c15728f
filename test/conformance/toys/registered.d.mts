// The module has no values: it registers.
export {}
