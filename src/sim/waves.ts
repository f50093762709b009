/** Waveforms as values: recorded cycle by cycle, shown as text in tests, as WaveDrom, or as SVG. */

import type { Simulation } from './simulation.js';

export interface WaveSignal {
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
  /** Names of the values of a state register. */
  readonly states?: readonly string[];
  /** One settled value per recorded cycle. */
  readonly values: readonly bigint[];
}

/** The values that each clock edge saw, from cycle `first` on. */
export interface WaveRecording {
  readonly design: string;
  readonly first: number;
  readonly signals: readonly WaveSignal[];
}

/**
 * Records named signals, one sample before each clock edge. `cycles`: so many cycles with the inputs as they are; a function:
 * it pokes what it likes and calls its argument for each cycle. @throws SimError unknown-name, AssertionFailure
 */
export function recordWaves(
  sim: Simulation,
  names: readonly string[],
  cycles: number | ((cycle: () => void) => void),
): WaveRecording {
  const { cells, read } = sim.probe(names);
  const first = sim.cycle;
  const samples: bigint[][] = [];
  const cycle = (): void => {
    samples.push(read());
    sim.step();
  };
  if (typeof cycles === 'number') for (let i = 0; i < cycles; i++) cycle();
  else cycles(cycle);
  const signals = cells.map(({ name, width, signed, cell: { node } }, i): WaveSignal => {
    const values = samples.map((sample) => sample[i] ?? 0n);
    const states = node.kind === 'reg' ? node.states : undefined;
    return { name, width, signed, values, ...(states === undefined ? {} : { states }) };
  });
  return { design: sim.design.name, first, signals };
}

/** How a value is written: the state's name, or a decimal number. */
export const waveLabel = ({ states }: WaveSignal, value: bigint): string =>
  states?.[Number(value)] ?? value.toString();

const isBit = ({ width, states }: WaveSignal): boolean => width === 1 && states === undefined;

export interface WaveTextOptions {
  /** Most columns of a line, names included; later cycles are left out. Default 80. */
  readonly width?: number;
  /** Columns per cycle, even, at least 2; default: what the longest value needs, at most 12. */
  readonly cycleWidth?: number;
}

/** One row per signal after a clock row, every line at most `width` columns. The same recording gives the same text. */
export function renderWaves(recording: WaveRecording, options: WaveTextOptions = {}): string {
  const { signals } = recording;
  const width = options.width ?? 80;
  const cell = Math.max(2, options.cycleWidth ?? naturalWidth(signals));
  const left = Math.min(
    Math.max(5, ...signals.map(({ name }) => name.length)) + 1,
    Math.max(0, width - cell),
  );
  const cycles = Math.min(signals[0]?.values.length ?? 0, Math.max(0, Math.floor((width - left) / cell)));
  const half = Math.floor(cell / 2);
  const clock = `${'~'.repeat(cell - half)}${'_'.repeat(half)}`.repeat(cycles);
  const rows = signals.map((signal): readonly [string, string] => {
    const values = signal.values.slice(0, cycles);
    return [signal.name, isBit(signal) ? bitRow(values, cell) : busRow(signal, values, cell)];
  });
  const marks = `${recording.first}`.slice(0, Math.max(0, width - left));
  return [['cycle', marks] as const, ['clk', clock] as const, ...rows]
    .map(([name, row]) => `${shorten(name, left - 1).padEnd(left)}${row}`.trimEnd().slice(0, width))
    .join('\n');
}

const shorten = (name: string, width: number): string =>
  name.length <= width ? name : `…${name.slice(name.length - Math.max(0, width - 1))}`;

function naturalWidth(signals: readonly WaveSignal[]): number {
  const longest = Math.max(
    1,
    ...signals.flatMap((signal) =>
      isBit(signal) ? [] : signal.values.map((value) => waveLabel(signal, value).length),
    ),
  );
  return Math.min(12, 2 * Math.ceil((longest + 1) / 2));
}

/** `__/~~\__`: an edge takes the first column of its cycle. */
function bitRow(values: readonly bigint[], cell: number): string {
  return values
    .map((value, i) => {
      const level = value === 1n ? '~' : '_';
      const before = values[i - 1] ?? value;
      const edge = before === value ? level : value === 1n ? '/' : '\\';
      return edge + level.repeat(cell - 1);
    })
    .join('');
}

/** `|12  |-3 `: a value is written where it begins, and stands until the next bar. */
function busRow(signal: WaveSignal, values: readonly bigint[], cell: number): string {
  return runsOf(values)
    .map(({ value, length }) => {
      const room = length * cell - 1;
      const label = waveLabel(signal, value);
      const text =
        label.length <= room ? label : room < 2 ? '.'.repeat(room) : `${label.slice(0, room - 1)}.`;
      return `|${text.padEnd(room)}`;
    })
    .join('');
}

/** Neighbouring equal values together. */
function runsOf(values: readonly bigint[]): readonly { readonly value: bigint; readonly length: number }[] {
  const runs: { value: bigint; length: number }[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.value === value) last.length++;
    else runs.push({ value, length: 1 });
  }
  return runs;
}

export interface WaveDrom {
  readonly signal: readonly {
    readonly name: string;
    readonly wave: string;
    readonly data?: readonly string[];
  }[];
  readonly head: { readonly text: string; readonly tick: number };
}

/** The recording as WaveDrom's JSON. */
export function wavesToWaveDrom({ design, first, signals }: WaveRecording): WaveDrom {
  const cycles = signals[0]?.values.length ?? 0;
  const rows = signals.map((signal) => {
    const { name, values } = signal;
    const wave = values.map((value, i) => {
      if (i > 0 && values[i - 1] === value) return '.';
      return isBit(signal) ? value.toString() : '=';
    });
    if (isBit(signal)) return { name, wave: wave.join('') };
    return { name, wave: wave.join(''), data: runsOf(values).map(({ value }) => waveLabel(signal, value)) };
  });
  const clock = { name: 'clk', wave: `p${'.'.repeat(Math.max(0, cycles - 1))}` };
  return { signal: [clock, ...rows], head: { text: design, tick: first } };
}

const rowHeight = 26;
const level = { high: 5, low: 21 } as const;

/** The recording as a standalone SVG picture. `cycleWidth`: pixels per cycle, default 48. */
export function wavesToSvg(recording: WaveRecording, options: { readonly cycleWidth?: number } = {}): string {
  const { cycleWidth = 48 } = options;
  const { signals } = recording;
  const cycles = signals[0]?.values.length ?? 0;
  const left = 8 * (Math.max(3, ...signals.map(({ name }) => name.length)) + 1);
  const clock = Array.from({ length: cycles }, (_, i) => {
    const x = i * cycleWidth;
    return `M${x} ${level.low}V${level.high}H${x + cycleWidth / 2}V${level.low}H${x + cycleWidth}`;
  });
  const rows = [
    svgRow('clk', 0, left, path(clock.join(''))),
    ...signals.map((signal, i) =>
      svgRow(
        signal.name,
        i + 1,
        left,
        isBit(signal) ? bitSvg(signal, cycleWidth) : busSvg(signal, cycleWidth),
      ),
    ),
  ];
  const [width, height] = [left + cycles * cycleWidth + 1, rows.length * rowHeight];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="monospace" font-size="12">`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

const path = (data: string): string => `<path d="${data}" fill="none" stroke="currentColor"/>`;

const svgRow = (name: string, index: number, left: number, content: string): string =>
  `<g transform="translate(0 ${index * rowHeight})"><text x="2" y="17">${escapeXml(name)}</text><g transform="translate(${left} 0)">${content}</g></g>`;

function bitSvg({ values }: WaveSignal, cycleWidth: number): string {
  const y = (value: bigint | undefined): number => (value === 1n ? level.high : level.low);
  const steps = values.map((value, i) => `V${y(value)}H${(i + 1) * cycleWidth}`);
  return path(`M0 ${y(values[0])}${steps.join('')}`);
}

function busSvg(signal: WaveSignal, cycleWidth: number): string {
  let x = 0;
  const boxes = runsOf(signal.values).map(({ value, length }) => {
    const [start, room] = [x, length * cycleWidth];
    x += room;
    const letters = Math.max(1, Math.floor((room - 6) / 7.3));
    const label = waveLabel(signal, value);
    const text = label.length <= letters ? label : `${label.slice(0, letters - 1)}…`;
    const box = `<rect x="${start}" y="${level.high}" width="${room}" height="${level.low - level.high}" fill="none" stroke="currentColor"/>`;
    return `${box}<text x="${start + 4}" y="17">${escapeXml(text)}</text>`;
  });
  return boxes.join('');
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
