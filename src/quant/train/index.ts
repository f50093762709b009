export * from './types.js';
export { createTrainer, type TrainerOptions } from './trainer.js';
