export { uniform, uniformConfigSchema, type UniformConfig } from './method.js';
