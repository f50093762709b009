/** One measurement of our simulator in a process of its own: node child.js MODE DESIGN CYCLES prints one line of JSON. */
import { simulate, type Simulation } from '../../src/sim/index.js';
import { designs } from '../designs/index.js';
import { macArray, macCore } from '../designs/mac-array.js';

const cpuSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

const make = (name: string): Simulation => {
  const found = designs.find((design) => design.name === name);
  if (found !== undefined) return simulate(found.make().design);
  if (name === 'A8 48 bit') return simulate(macArray({ size: 8, accWidth: 48 }).design);
  throw new RangeError(`there is no design ${name}`);
};

/** 10,000 cycles, then the timed ones; `ready` is the CPU time from process start to the compiled simulation. */
const steady = (name: string, cycles: number): object => {
  const sim = make(name);
  const ready = cpuSeconds();
  sim.step(10_000);
  const early = sim.peekNumber('checksum');
  const start = process.cpuUsage();
  sim.step(cycles);
  const seconds = cpuSeconds(start);
  return { early, checksum: sim.peekNumber('checksum'), seconds, ready };
};

/** CPU time of the whole process up to the end of the first cycles. */
const first = (name: string, cycles: number): object => {
  const sim = make(name);
  sim.step(cycles);
  return { early: 0, checksum: sim.peekNumber('checksum'), seconds: cpuSeconds() };
};

/** The loop of port_loop.cpp, every port by name. */
const ports = (cycles: number): object => {
  const lanes = Array.from({ length: 8 }, (_, lane) => lane);
  const names = lanes.map((lane) => ({ act: `act_${lane}`, weight: `weight_${lane}`, psum: `psum_${lane}` }));
  const loop = (sim: Simulation, count: number): number => {
    let word = 0x12345678;
    let sum = 0;
    for (let cycle = 0; cycle < count; cycle++) {
      sim.poke('load', cycle < 8 ? 1 : 0);
      names.forEach(({ act, weight }, lane) => {
        const byte = word >>> ((lane & 3) * 8);
        sim.poke(act, ((byte ^ (lane * 37)) << 24) >> 24);
        sim.poke(weight, (byte ^ (lane * 91)) & 255);
      });
      sim.step();
      for (const { psum } of names) sum = (sum + sim.peekNumber(psum)) | 0;
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
    }
    return sum >>> 0;
  };
  const { design } = macCore({ size: 8 });
  loop(simulate(design), 20_000);
  const sim = simulate(design);
  const start = process.cpuUsage();
  const checksum = loop(sim, cycles);
  return { early: 0, checksum, seconds: cpuSeconds(start) };
};

const [mode = '', name = '', cycles = '0'] = process.argv.slice(2);
const measured =
  mode === 'steady'
    ? steady(name, Number(cycles))
    : mode === 'first'
      ? first(name, Number(cycles))
      : ports(Number(cycles));
console.log(JSON.stringify({ ...measured, peakKiB: process.resourceUsage().maxRSS }));
