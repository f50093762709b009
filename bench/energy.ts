/**
 * make bench BENCH=energy: energy of MACs and multipliers in gates beside published figures, of the depthwise-separable net's
 * layers beside the per-operation model, and cells beside OpenSTA. Deterministic; results are cached.
 * bench/results/energy.json, docs/results/energy.md.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkEnergy } from '../src/flow/index.js';
import { readLiberty } from '../src/synth/index.js';
import { compareCells } from './energy/cells.js';
import { measureMultiplier } from './energy/multipliers.js';
import { kinds, randomLayer, readModel, realLayers, shared, type Operands } from './energy/operands.js';
import { page, type LibraryResults, type MacRow, type Results } from './energy/page.js';

const libraries = ['sg13g2_stdcell_typ_1p20V_25C', 'sky130hd_tt'];
const models = ['dwnet_ternary_pw_int8_dw.qonnx.onnx', 'dwnet_w4a4_pow2scale.qonnx.onnx'];
const array = { rows: 8, columns: 8 };
const resultsFile = join('bench', 'results', 'energy.json');
const pageFile = join('docs', 'results', 'energy.md');

const real = realLayers();

const measureLibrary = async (name: string): Promise<LibraryResults> => {
  const file = join(shared, 'data', 'liberty', `${name}.lib.gz`);
  const library = readLiberty(file);
  const energyOf = (operands: Operands) => networkEnergy(operands.network, operands.samples, { library });
  const macs: MacRow[] = [];
  for (const kind of kinds) {
    const layers = await Promise.all((real.get(kind) ?? []).map(energyOf));
    const each = layers.flatMap((network) => network.layers);
    const [random] = (await energyOf(randomLayer(kind))).layers;
    const mean = (of: (layer: (typeof each)[number]) => number): number =>
      each.reduce((sum, layer) => sum + of(layer), 0) / each.length;
    macs.push({
      kind,
      areaUm2: mean(({ areaUm2 }) => areaUm2),
      accumulatorBits: each.map(({ accumulatorBits }) => accumulatorBits),
      operationsPerMac: mean(({ operations, macs: count }) => operations / count),
      realFj: mean(({ operationFj }) => operationFj.total),
      idleFj: mean(({ idleFj }) => idleFj),
      randomFj: random?.operationFj.total ?? 0,
      randomIdleFj: random?.idleFj ?? 0,
      modelPj: mean(({ modelPjPerPicture, macs: count }) => modelPjPerPicture / count),
    });
    console.error(`${name}: ${kind}`);
  }
  const [int8] = real.get('int8') ?? [];
  if (int8 === undefined) throw new RangeError('the net has layers');
  const multipliers = [];
  for (const bits of [8, 4, 2]) multipliers.push(await measureMultiplier(bits, library, int8));
  const comparison = compareCells(library, file);
  return {
    ...{ name, voltage: library.voltage ?? 0, macs, multipliers },
    ...(comparison === undefined ? {} : { openSta: comparison }),
  };
};

const measureNetworks = async (): Promise<Results['networks']> => {
  const library = readLiberty(join(shared, 'data', 'liberty', `${libraries[0] ?? ''}.lib.gz`));
  const networks = [];
  for (const model of models) {
    const { network, samples } = readModel(model);
    const energy = await networkEnergy(network, samples, { library, array });
    networks.push({ model, energy });
    console.error(model);
  }
  return networks;
};

const measured: LibraryResults[] = [];
for (const name of libraries) measured.push(await measureLibrary(name));
const results: Results = { schemaVersion: 1, libraries: measured, networks: await measureNetworks() };
writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 1)}\n`);
writeFileSync(pageFile, page(results));
console.log(page(results));
