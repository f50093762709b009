import { bit, component } from '../../../src/hdl/index.js';

export const hdl026 = (): void => {
  component('door', { in: { push: bit }, out: { open: bit } }, ({ push }, m) => {
    const state = m.states('state', ['shut', 'open', 'broken']);
    m.switch(state, {
      shut: () => m.when(push, () => (state.next = 'open')),
      open: () => m.when(push, () => (state.next = 'shut')),
      broken: () => (state.next = 'shut'),
    });
    return { open: state.is('open') };
  });
};
