/** Streams with valid and ready, and what combines them. */
export { fires, produce, stream, type Stream, type StreamShape } from './stream.js';
export { checkStream } from './check.js';
export { filter, join, map } from './transform.js';
export { fork, route } from './fork.js';
export { forward, skid } from './slices.js';
export { buffer, type BufferOptions } from './buffer.js';
export { arbiter, type ArbiterOptions, type From } from './arbiter.js';
export { widthDown, widthUp } from './width.js';
