export { prepareReference, runLayer, runReference, traceReference, type ReferenceRunner } from './runner.js';
