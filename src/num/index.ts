export * from './range.js';
export * from './random.js';
export * from './rounding.js';
export * from './rational.js';
export * from './digit-planes.js';
export * from './power-of-two.js';
export * from './pyramid.js';
export * from './run-lengths.js';
