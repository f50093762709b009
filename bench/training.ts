/**
 * npx tsx bench/run.ts training: process CPU time of one training step of 64 pictures on the depthwise-separable net, our
 * engine beside PyTorch on the same weights and pictures, one thread each, in turn. PyTorch is optional: whatever
 * `python3 -c "import torch"` finds (BENCH_PYTHON names another python). BENCH_ROUNDS=5, the median counts.
 * Results: bench/results/training.json, docs/results/training.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { dsNet } from '../src/quant/index.js';
import { measureOurs, type Measured } from './training/ours.js';
import { openPyTorch, type PyTorch } from './training/pytorch.js';
import { workload } from './training/workload.js';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? '5');
const model = dsNet();
const data = workload();

interface Row {
  readonly contender: string;
  readonly runs: readonly number[];
  /** CPU milliseconds of one step. */
  readonly median: number;
  readonly least: number;
  /** Median wall milliseconds of one step. */
  readonly wall: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const contenders = (torch: PyTorch): Readonly<Record<string, () => Promise<Measured>>> => ({
  'nomul, 1 shard': () => measureOurs(model, data, { shards: 1, threads: 1 }),
  'nomul, 2 shards': () => measureOurs(model, data, { shards: 2, threads: 1 }),
  'nomul, 2 shards, 2 threads': () => measureOurs(model, data, { shards: 2, threads: 2 }),
  ...(torch.version === undefined
    ? {}
    : {
        'PyTorch, channels_last': () => torch.measure(model, data, 'channels_last'),
        'PyTorch, NCHW': () => torch.measure(model, data, 'contiguous'),
      }),
});

const torch = openPyTorch(process.env['BENCH_PYTHON'] ?? 'python3');
if (torch.version === undefined) console.error('bench: without PyTorch, python3 cannot import torch');
const measured = new Map<string, Measured[]>();
const losses = new Map<string, number>();
for (let round = 1; round <= rounds; round++) {
  for (const [name, measure] of Object.entries(contenders(torch))) {
    const one = await measure();
    measured.set(name, [...(measured.get(name) ?? []), one]);
    losses.set(name, one.firstLoss);
    console.error(`round ${round}/${rounds}: ${name} ${one.cpu.toFixed(2)} ms`);
  }
}
checkSameWork();

/** Equal weights and pictures give equal losses: both sides compute the same network. */
function checkSameWork(): void {
  const reference = losses.get('nomul, 1 shard') ?? Number.NaN;
  for (const [name, loss] of losses) {
    // Two shards normalize by themselves, so that their loss is another one.
    if (name.includes('2 shards') || Math.abs(loss - reference) < 1e-4) continue;
    throw new Error(`${name} starts with loss ${loss}, nomul with ${reference}: not the same network`);
  }
}

const rows = [...measured].map(([contender, all]): Row => {
  const runs = all.map(({ cpu }) => cpu);
  return {
    contender,
    runs,
    median: median(runs),
    least: Math.min(...runs),
    wall: median(all.map(({ wall }) => wall)),
  };
});
const fastestPeer = Math.min(
  ...rows.filter(({ contender }) => contender.startsWith('PyTorch')).map((row) => row.median),
);
const ours = rows.find(({ contender }) => contender === 'nomul, 1 shard')?.median ?? Number.NaN;
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg()[0] ?? 0,
  node: process.version,
};
const speed = torch.version === undefined ? undefined : fastestPeer / ours;
writeFileSync(
  join('bench', 'results', 'training.json'),
  `${JSON.stringify({ schemaVersion: 1, machine, pytorch: torch.version ?? 'absent', rounds, speed, rows }, undefined, 2)}\n`,
);
writeFileSync(join('docs', 'results', 'training.md'), page());
console.log(page());

function page(): string {
  const verdict =
    speed === undefined
      ? 'PyTorch was **absent** on this machine: only our side was measured.'
      : `**Our step has ${speed.toFixed(2)} times the speed of PyTorch ${torch.version ?? ''}** (its faster layout). Bar: 0.7.`;
  const line = ({ contender, median: cpu, least, wall }: Row): string =>
    `| ${contender} | ${cpu.toFixed(2)} | ${least.toFixed(2)} | ${wall.toFixed(2)} |`;
  return `# Training engine

Written by \`make bench BENCH=training\`. One step: 64 pictures of 28x28x1 through the depthwise-separable net of 13,962
parameters and 729,760 multiplications, forward in training mode, backward, SGD with momentum; ours with preparing the
pictures. Process CPU milliseconds of one step, median and least of ${rounds} rounds of 60 steps, all contenders in turn; wall time is
the median and depends on the machine's load.

${verdict}

| contender | CPU ms | least | wall ms |
|---|--:|--:|--:|
${rows.map(line).join('\n')}

Machine: ${machine.cpu}, ${machine.cores} cores, load ${machine.load.toFixed(1)} at the end, Node ${machine.node}.
`;
}
