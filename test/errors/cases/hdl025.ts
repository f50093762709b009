import { component, stream, uint } from '../../../src/hdl/index.js';

export const hdl025 = (): void => {
  const byte = stream(uint(8));
  component('both', { in: { x: byte }, out: { y: byte, z: byte } }, ({ x }) => {
    return { y: x, z: x };
  });
};
