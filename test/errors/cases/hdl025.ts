import { component, stream, streams, uint } from '../../../src/hdl/index.js';

export const hdl025 = (): void => {
  const byte = stream(uint(8));
  component('both', { in: { x: byte }, out: { y: byte, z: byte } }, ({ x }, m) => {
    const y = streams.skid(m, 'left', x);
    const z = streams.skid(m, 'right', x);
    return { y, z };
  });
};
