import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FolderNotWritable, ToolCrashed } from '../tools/index.js';
import {
  BadConstraints,
  DoesNotFit,
  findDevice,
  formatCriticalPath,
  NETLIST_DEFINES,
  netlistSimulationFiles,
  NoLegalPlacement,
  placeAndRoute,
  readFloorplan,
  synthesize,
  type CellCounts,
  type Device,
  type PlaceAndRouteResult,
  type SynthRequest,
} from './index.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

const ACCUMULATOR = {
  name: 'rtl/acc.v',
  text: `module acc(input clk, input rst, input en, input signed [7:0] a, w, output reg signed [23:0] total);
  wire signed [15:0] product = a * w;
  always @(posedge clk) if (rst) total <= 24'sd0; else if (en) total <= total + product;
endmodule
`,
};
const TOP = {
  name: 'rtl/top.v',
  text: `module top(input clk, input rst, input signed [7:0] a, input [3:0] address, output [11:0] q);
  reg signed [7:0] weights [0:511];
  initial $readmemh("weights.hex", weights);
  reg signed [7:0] w;
  always @(posedge clk) w <= weights[{5'b0, address}];
  reg en = 1'b0;
  always @(posedge clk) en <= ~rst;
  wire signed [23:0] total;
  acc u_acc(.clk(clk), .rst(rst), .en(en), .a(a), .w(w), .total(total));
  assign q = total[23:12] ^ total[11:0];
endmodule
`,
};
const HEX = {
  name: 'weights.hex',
  text:
    Array.from({ length: 512 }, (_, i) => ((i * 37 + 5) & 255).toString(16).padStart(2, '0')).join('\n') +
    '\n',
};
/** Drives the design with a shift register and prints the outputs of 200 cycles. */
const BENCH = `module bench;
  reg clk = 0, rst = 1; reg [31:0] s = 32'h12345678; wire [11:0] q; integer i;
  top dut(.clk(clk), .rst(rst), .a(s[7:0]), .address(s[11:8]), .q(q));
  initial begin
    for (i = 0; i < 200; i = i + 1) begin
      #1 clk = 1; #1 clk = 0; rst = i < 3;
      s = {s[30:0], s[31] ^ s[21] ^ s[1] ^ s[0]};
      if (i > 4) $display("%h", q);
    end
  end
endmodule
`;

let root = '';
let cache = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nomul-synth-'));
  cache = join(root, 'cache');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function request(device: string, more: Partial<SynthRequest> = {}): SynthRequest {
  return {
    verilogFiles: [ACCUMULATOR, TOP],
    hexFiles: [HEX],
    top: 'top',
    device: findDevice(device),
    cache,
    tools: { force: 'npm' },
    options: { keepHierarchy: ['acc'] },
    ...more,
  };
}

/** What the bench prints with the given Verilog files, by Icarus. */
function simulate(name: string, files: readonly string[]): string {
  const work = join(root, `sim-${name}`);
  mkdirSync(work);
  writeFileSync(join(work, 'bench.v'), BENCH);
  writeFileSync(join(work, 'weights.hex'), HEX.text);
  execFileSync('iverilog', ['-g2005', ...NETLIST_DEFINES, '-o', 'a.vvp', 'bench.v', ...files], {
    cwd: work,
  });
  return execFileSync('vvp', ['-n', 'a.vvp'], { cwd: work, encoding: 'utf8' });
}

/** What the bench prints for the source Verilog. */
function simulateSource(name: string): string {
  const files = [ACCUMULATOR, TOP].map(({ name: file, text }) => {
    const path = join(root, `${name}-${basename(file)}`);
    writeFileSync(path, text);
    return path;
  });
  return simulate(`${name}-source`, files);
}

describe.each([
  { device: 'hx8k', dsps: 0, registers: 25, blockRams: 1 },
  { device: 'up5k', dsps: 1, registers: 25, blockRams: 1 },
  { device: 'ecp5-25k', dsps: 1, registers: 25, blockRams: 1 },
])('synthesize for $device', ({ device, dsps, registers, blockRams }) => {
  it('maps to the cells of the device, and the netlist behaves as the source', async () => {
    const result = await synthesize(request(device));
    expect(result).toMatchObject({
      fromCache: false,
      tool: { tool: 'yosys', origin: 'npm', version: '0.55.944' },
    });
    expect(result.counts).toMatchObject({ dsps, registers, blockRams, portBits: 26, spram: 0 });
    expect(result.counts.luts).toBeGreaterThan(12);
    expect(result.counts.carries + result.counts.dsps).toBeGreaterThan(0);
    expect(readFileSync(result.log, 'utf8')).toContain('Yosys');
    const lines = simulateSource(device);
    expect(new Set(lines.split('\n')).size).toBeGreaterThan(100);
    const models = netlistSimulationFiles(findDevice(device));
    expect(simulate(device, [result.netlistVerilog, ...models])).toBe(lines);

    const again = await synthesize(request(device));
    expect(again).toEqual({ ...result, fromCache: true });
  });
});

describe('synthesize', () => {
  it('says what Yosys says about wrong Verilog, and leaves no result', async () => {
    const bad = request('hx8k', { verilogFiles: [TOP], options: {} });
    const failure: unknown = await synthesize(bad).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToolCrashed);
    expect(failure instanceof Error ? failure.message : '').toMatch(
      /Module `\\acc' .* is not part of the design/,
    );
    await expect(synthesize(bad)).rejects.toBeInstanceOf(ToolCrashed);
  });

  it('refuses to keep a module that does not exist', async () => {
    await expect(synthesize(request('hx8k', { options: { keepHierarchy: ['mac'] } }))).rejects.toThrow(
      /selection/i,
    );
  });

  it('says which cache folder cannot be written', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(synthesize(request('hx8k', { cache: file }))).rejects.toBeInstanceOf(FolderNotWritable);
  });
});

describe.each([
  { device: 'hx8k', failing: 'hx1k', slow: 20, ending: 'bin', logic: 'ICESTORM_LC' },
  { device: 'ecp5-25k', failing: 'ecp5-25k', slow: 20, ending: 'bit', logic: 'TRELLIS_COMB' },
])('placeAndRoute for $device', ({ device, failing, slow, ending, logic }) => {
  const part = findDevice(device);

  it('gives fmax, utilization and the same bitstream again for the same seed', async () => {
    const synth = await synthesize(request(device));
    const job = { synth, device: part, clockMHz: slow, tools: { force: 'npm' }, cache };
    const first = await placeAndRoute(job);
    expect(first).toMatchObject({ timingMet: true, constraintMHz: slow, fromCache: false });
    expect(first.fmaxMHz).toBeGreaterThan(slow);
    expect(first.utilization[logic]?.used).toBeGreaterThan(20);
    expect(basename(first.bitstream)).toBe(`design.${ending}`);
    expect(statSync(first.bitstream).size).toBeGreaterThan(10_000);
    expect(await placeAndRoute(job)).toEqual({ ...first, fromCache: true });
    const again = { ...job, cache: join(root, 'second-cache'), keepPlacement: true };
    const elsewhere = await placeAndRoute(again);
    expect(elsewhere.fromCache).toBe(false);
    expect(readFileSync(elsewhere.bitstream).equals(readFileSync(first.bitstream))).toBe(true);
    checkFloorplan(elsewhere, part, first.utilization[logic]?.used ?? 0);
  });

  it('keeps the bitstream of a design that misses its clock, under another name, and names the path', async () => {
    const synth = await synthesize(request(failing));
    const result = await placeAndRoute({
      synth,
      device: findDevice(failing),
      clockMHz: 900,
      tools: { force: 'npm' },
      cache,
    });
    expect(result.timingMet).toBe(false);
    expect(result.fmaxMHz).toBeLessThan(900);
    expect(basename(result.bitstream)).toBe(`design.timing-failed.${ending}`);
    expect(statSync(result.bitstream).size).toBeGreaterThan(10_000);
    const path = result.criticalPath;
    if (path === undefined) throw new Error('a clocked design has a critical path');
    expect(path.to).toMatch(/^u_acc\.total/);
    expect(path.from).toMatch(/^(w|u_acc\.\w+|weights)/);
    expect(path.hops.reduce((total, { delayNs }) => total + delayNs, 0)).toBeCloseTo(path.delayNs);
    expect(formatCriticalPath(path)).toMatch(/^\d+\.\d\d ns from .* to u_acc\.total/);
    expect(formatCriticalPath(path)).not.toMatch(/SB_|CCU2C|TRELLIS|\$/);
  });
});

it('placeAndRoute tells where the cells of an up5k stand', async () => {
  const device = findDevice('up5k');
  const synth = await synthesize(request('up5k'));
  const job = { synth, device, clockMHz: 12, tools: { force: 'npm' }, cache, keepPlacement: true };
  const placed = await placeAndRoute(job);
  checkFloorplan(placed, device, placed.utilization['ICESTORM_LC']?.used ?? 0);
});

/** One block RAM and the product inside the part, pins on its edges. */
function checkFloorplan({ placement = '' }: PlaceAndRouteResult, device: Device, logicCells: number): void {
  const { width, height, kinds, tiles } = readFloorplan(placement, device);
  const cellsOf = (kind: string): number =>
    tiles.reduce((sum, [, , index, cells]) => sum + (kinds[index] === kind ? cells : 0), 0);
  expect(cellsOf('block RAM')).toBe(1);
  expect(cellsOf('DSP')).toBe(device.dsps > 0 ? 1 : 0);
  expect(cellsOf('logic')).toBeGreaterThanOrEqual(logicCells);
  for (const [x, y, kind] of tiles) {
    expect(x >= 0 && x < width && y >= 0 && y < height, `tile ${x}, ${y}`).toBe(true);
    const isOnEdge = x === 0 || y === 0 || x === width - 1 || y === height - 1;
    if (kinds[kind] === 'I/O') expect(isOnEdge, `pin at ${x}, ${y}`).toBe(true);
  }
  expect(tiles.some(([x, y]) => x === width - 1 || y === height - 1)).toBe(true);
}

describe('placeAndRoute', () => {
  const device = findDevice('hx1k');

  it('puts pins where the constraints say', async () => {
    const synth = await synthesize(request('hx1k'));
    const constraintsFile = join(root, 'pins.pcf');
    writeFileSync(constraintsFile, 'set_io clk 21\nset_io rst 44\n');
    const result = await placeAndRoute({
      synth,
      device,
      clockMHz: 20,
      constraintsFile,
      tools: { force: 'npm' },
      cache,
    });
    expect(readFileSync(result.log, 'utf8')).toMatch(/constrained 'rst' to bel/);
  });

  it('calls bad constraints bad input', async () => {
    const synth = await synthesize(request('hx1k'));
    const constraintsFile = join(root, 'bad.pcf');
    writeFileSync(constraintsFile, 'set_io clk Z99\n');
    const job = { synth, device, clockMHz: 20, constraintsFile, tools: { force: 'npm' }, cache };
    await expect(placeAndRoute(job)).rejects.toMatchObject({ code: 'BAD_CONSTRAINTS', exitCode: 2 });
    const missing = { ...job, constraintsFile: join(root, 'none.pcf') };
    await expect(placeAndRoute(missing)).rejects.toBeInstanceOf(BadConstraints);
  });

  it('repeats what nextpnr says of them, also where a trap of its WebAssembly follows', async () => {
    const synth = await synthesize(request('ecp5-25k'));
    const constraintsFile = join(root, 'bad.lpf');
    writeFileSync(constraintsFile, 'LOCATE COMP "clk" SITE "Z99";\n');
    const job = { synth, device: findDevice('ecp5-25k'), clockMHz: 20, constraintsFile, cache };
    const failure: unknown = await placeAndRoute(job).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'BAD_CONSTRAINTS' });
    expect(String(failure)).toMatch(/ERROR: .*Z99/);
    expect(String(failure)).not.toMatch(/wasm/);
  });

  it('says what is short before it starts when the counts show it', async () => {
    const counts: CellCounts = {
      luts: 9531,
      registers: 100,
      blockRams: 33,
      spram: 0,
      dsps: 0,
      carries: 0,
      portBits: 60,
      cells: {},
    };
    const job = { synth: { netlistJson: 'unused', counts }, device, clockMHz: 20, cache };
    const failure: unknown = await placeAndRoute(job).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DoesNotFit);
    expect(failure).toMatchObject({
      code: 'DOES_NOT_FIT',
      resource: 'LUTs',
      needed: 9531,
      available: 1280,
      message:
        'the design does not fit hx1k: 9531 LUTs needed, 1280 available; 33 block RAMs needed, 16 available',
    });
  });

  it('says what is short when only packing shows it', async () => {
    // 900 registers fed by nothing that shares their logic cells, and 900 lookup tables between: more than 1280 cells.
    const text = `module wide(input clk, input d, input [3:0] k, output q);
  reg [1399:0] s; wire [1399:0] x;
  genvar i; generate for (i = 0; i < 699; i = i + 1) begin : g
    (* keep *) SB_LUT4 #(.LUT_INIT(16'h6996)) u(.I0(s[i]), .I1(k[0]), .I2(k[1]), .I3(k[2]), .O(x[i]));
  end endgenerate
  always @(posedge clk) s[698:0] <= {s[697:0], d};
  assign q = ^x[698:0];
endmodule
`;
    const small = findDevice('hx1k');
    const verilogFiles = [{ name: 'wide.v', text }];
    const synth = await synthesize(request('hx1k', { verilogFiles, hexFiles: [], top: 'wide', options: {} }));
    expect(synth.counts.luts).toBeLessThanOrEqual(small.luts);
    const failure: unknown = await placeAndRoute({
      synth,
      device: small,
      clockMHz: 20,
      tools: { force: 'npm' },
      cache,
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DoesNotFit);
    expect(failure).toMatchObject({ resource: 'logic cells', available: 1280 });
  });

  it('says so when the placer finds no legal place, though there are enough cells', async () => {
    // A tile's registers share one enable: 170 enables need as many of hx1k's 160 tiles, but only 170 of 1280 cells.
    const text = `module enables(input clk, input d, input [12:0] a, b, output q);
  reg [169:0] s; reg [12:0] x, y;
  always @(posedge clk) begin x <= a; y <= b; end
  genvar i; generate for (i = 0; i < 170; i = i + 1) begin : g
    wire enable;
    (* keep *) SB_LUT4 #(.LUT_INIT(16'h8888)) u(.I0(x[i % 13]), .I1(y[i / 13]), .I2(1'b0), .I3(1'b0), .O(enable));
    always @(posedge clk) if (enable) s[i] <= d;
  end endgenerate
  assign q = ^s;
endmodule
`;
    const verilogFiles = [{ name: 'enables.v', text }];
    const job = request('hx1k', { verilogFiles, hexFiles: [], top: 'enables', options: {} });
    const synth = await synthesize(job);
    const [small, tools] = [findDevice('hx1k'), { force: 'npm' }] as const;
    const failure: unknown = await placeAndRoute({
      ...{ synth, device: small, clockMHz: 20, seed: 3, tools, cache },
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoLegalPlacement);
    expect(failure).toMatchObject({ code: 'NO_LEGAL_PLACEMENT', device: 'hx1k', seed: 3 });
    expect(String(failure)).toMatch(/of which the design needs \d+ % of its .*another seed, a smaller array/);
  });
});
