import { uint } from '../../../src/hdl/index.js';

export const hdl001 = (): void => {
  uint(0);
};
