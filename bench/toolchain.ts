/**
 * npx tsx bench/run.ts toolchain: CPU seconds of synthesis and place and route as nomul runs the npm tools (contents of block RAMs
 * mapped by a template of our own, in-memory files that grow) beside `synth_ice40` and the packages as they are. Their results
 * are compared: another netlist or bitstream ends the bench. bench/results/toolchain.json, docs/results/toolchain.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makeHardware, multiplierModules, type Hardware } from '../src/flow/index.js';
import { importOnnx } from '../src/nn/index.js';
import { synthScript, templatesOf, type Device } from '../src/synth/index.js';
import { findTool, toolVersion } from '../src/tools/index.js';
import { page, type Measurement } from './toolchain/page.js';

const output = join('bench', 'results', 'toolchain.json');
const document = join('docs', 'results', 'toolchain.md');
const once = resolve('bench', 'toolchain', 'once.mjs');

const subjects = [
  { name: 'digits', file: join('demo', 'digits.onnx'), device: 'hx8k', array: { rows: 4, columns: 4 } },
  {
    name: 'Fashion-MNIST, ternary',
    file: join('..', 'shared', 'data', 'models', 'dwnet_ternary_pw_int8_dw.qonnx.onnx'),
    device: 'up5k',
    array: { rows: 8, columns: 4 },
  },
] as const;

type Files = 'copying' | 'growing';

/** CPU seconds of one command in the folder. */
const run = (
  folder: string,
  files: Files,
  name: string,
  command: string,
  args: readonly string[],
): number => {
  const printed = execFileSync(process.execPath, [once, files, name, command, ...args], {
    ...{ cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 },
  });
  return Number(printed.trim().split('\n').at(-1));
};

/** The netlist without the lines of Verilog that its parts come from. */
const netlist = (folder: string): unknown =>
  JSON.parse(readFileSync(join(folder, 'netlist.json'), 'utf8'), (key, value: unknown) =>
    key === 'src' ? undefined : value,
  );

const synthesize = (
  { verilog, memoryImages, plan, profile: { device, dsp } }: Hardware,
  files: Files,
): { readonly folder: string; readonly seconds: number } => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-toolchain-'));
  const options = { dsp, keepHierarchy: multiplierModules({ verilog }) };
  for (const { name, text } of [...verilog, ...memoryImages, ...templatesOf(device, options)])
    writeFileSync(join(folder, name), text);
  const top = plan.config.name;
  const script = synthScript({ device, top, verilogFiles: verilog, options });
  writeFileSync(join(folder, 'synth.ys'), files === 'growing' ? script : plainScript(script));
  return { folder, seconds: run(folder, files, '@yowasp/yosys', 'yosys', ['-q', '-s', 'synth.ys']) };
};

/** The whole of synth_ice40 where ours does one of its steps. @throws Error where it does not */
const plainScript = (script: string): string => {
  const step = /^(synth_ice40 .*) -run begin:map_ram\n[^]*?^synth_ice40 .* -run map_ffram:$/m;
  if (!step.test(script)) throw new Error('the script maps block RAMs as synth_ice40 does');
  return script.replace(step, (_, plain: string) => plain);
};

const place = (folder: string, { nextpnrSwitch, packageName }: Device, files: Files): number =>
  run(folder, files, '@yowasp/nextpnr-ice40', 'nextpnr-ice40', [
    ...[`--${nextpnrSwitch}`, '--package', packageName, '--json', 'netlist.json', '--freq', '20'],
    ...['--seed', '1', '--timing-allow-fail', '--asc', `${files}.asc`, '--write', `${files}.json`],
  ]);

const measure = ({ name, file, device, array }: (typeof subjects)[number]): readonly Measurement[] => {
  const { network } = importOnnx(readFileSync(file), { name: 'network' });
  const hardware = makeHardware(network, { device, array, reloadable: false });
  const [plain, ours] = [synthesize(hardware, 'copying'), synthesize(hardware, 'growing')];
  try {
    if (!isDeepStrictEqual(netlist(ours.folder), netlist(plain.folder)))
      throw new Error(`${name}: the netlists differ`);
    const target = hardware.profile.device;
    const placed = {
      plain: place(ours.folder, target, 'copying'),
      ours: place(ours.folder, target, 'growing'),
    };
    const [copying, growing] = (['copying', 'growing'] as const).map((files) =>
      readFileSync(join(ours.folder, `${files}.asc`)),
    );
    if (copying === undefined || growing?.equals(copying) !== true)
      throw new Error(`${name}: the configurations differ`);
    const subject = `${name}, ${array.rows}x${array.columns}, ${device}`;
    return [
      { subject, step: 'synthesis', plainSeconds: plain.seconds, seconds: ours.seconds },
      { subject, step: 'place and route', plainSeconds: placed.plain, seconds: placed.ours },
    ];
  } finally {
    for (const { folder } of [plain, ours]) rmSync(folder, { recursive: true, force: true });
  }
};

const versions = await Promise.all(
  (['yosys', 'nextpnr-ice40'] as const).map(async (name) => {
    const { tool, version } = toolVersion(await findTool(name, { force: 'npm' }));
    return `${tool} ${version}`;
  }),
);
const measurements = subjects.flatMap((subject) => {
  const rows = measure(subject);
  for (const { step, plainSeconds, seconds } of rows)
    console.error(`${subject.name}: ${step} ${plainSeconds.toFixed(1)} -> ${seconds.toFixed(1)} s`);
  return rows;
});
mkdirSync(join('bench', 'results'), { recursive: true });
writeFileSync(output, `${JSON.stringify({ tools: versions, measurements }, undefined, 1)}\n`);
writeFileSync(document, page(versions, measurements));
console.log(page(versions, measurements));
