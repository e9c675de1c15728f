'use strict'
// Imports for the bundle: cached code cannot.
exports.importModule = (url) => import(url)
