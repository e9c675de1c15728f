import type { Container } from '../../../dist/index.js'

export const toy: Container
