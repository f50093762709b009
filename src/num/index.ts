export * from './range.js';
export * from './random.js';
