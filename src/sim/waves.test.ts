import { describe, expect, it } from 'vitest';
import { bit, component, sint } from '../hdl/index.js';
import {
  recordWaves,
  renderWaves,
  simulate,
  wavesToSvg,
  wavesToWaveDrom,
  type WaveRecording,
} from './index.js';

const lift = component(
  'lift',
  { in: { call: bit }, out: { moving: bit, height: sint(6) } },
  ({ call }, m) => {
    const motion = m.states('motion', ['halted', 'rising', 'sinking']);
    const { level } = m.regs({ level: sint(6) }, { reset: -2 });
    m.switch(motion, {
      halted: () =>
        m.when(call, () => {
          motion.next = 'rising';
        }),
      rising: () => {
        level.next = level.add(7).wrap(6);
        m.when(level.gt(10), () => {
          motion.next = 'sinking';
        });
      },
      sinking: () => {
        level.next = -2;
        motion.next = 'halted';
      },
    });
    return { moving: motion.is('halted').not(), height: level };
  },
);

const record = (): WaveRecording => {
  const sim = simulate(lift.design);
  return recordWaves(sim, ['call', 'moving', 'motion', 'height'], (cycle) => {
    cycle();
    sim.poke('call', 1);
    cycle();
    sim.poke('call', 0);
    for (let i = 0; i < 6; i++) cycle();
  });
};

describe('waves', () => {
  it('are text: edges of bits, numbers of buses, names of states', () => {
    expect(renderWaves(record(), { width: 72, cycleWidth: 6 })).toMatchInlineSnapshot(`
      "cycle  0
      clk    ~~~___~~~___~~~___~~~___~~~___~~~___~~~___~~~___
      call   ______/~~~~~\\___________________________________
      moving ____________/~~~~~~~~~~~~~~~~~~~~~~~\\___________
      motion |halted     |rising           |sink.|halted
      height |-2               |5    |12   |19   |-2"
    `);
  });

  it('keep to the columns asked for', () => {
    for (const width of [10, 17, 33, 80]) {
      const lines = renderWaves(record(), { width }).split('\n');
      expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(width);
    }
    expect(renderWaves(record(), { width: 34, cycleWidth: 4 })).toMatchInlineSnapshot(`
      "cycle  0
      clk    ~~__~~__~~__~~__~~__~~__
      call   ____/~~~\\_______________
      moving ________/~~~~~~~~~~~~~~~
      motion |halted |rising     |si.
      height |-2         |5  |12 |19"
    `);
  });

  it('are WaveDrom', () => {
    expect(wavesToWaveDrom(record())).toMatchInlineSnapshot(`
      {
        "head": {
          "text": "lift",
          "tick": 0,
        },
        "signal": [
          {
            "name": "clk",
            "wave": "p.......",
          },
          {
            "name": "call",
            "wave": "010.....",
          },
          {
            "name": "moving",
            "wave": "0.1...0.",
          },
          {
            "data": [
              "halted",
              "rising",
              "sinking",
              "halted",
            ],
            "name": "motion",
            "wave": "=.=..==.",
          },
          {
            "data": [
              "-2",
              "5",
              "12",
              "19",
              "-2",
            ],
            "name": "height",
            "wave": "=..====.",
          },
        ],
      }
    `);
  });

  it('are an SVG picture with a row per signal', () => {
    const svg = wavesToSvg(record(), { cycleWidth: 80 });
    expect(svg.match(/<g transform="translate\(0 /g)).toHaveLength(5);
    expect(svg).toContain('>sinking</text>');
    expect(svg).toMatch(/^<svg xmlns[^]*<\/svg>\n$/);
  });
});
