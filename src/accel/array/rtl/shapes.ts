/** Bundles that several modules of the array exchange. */

import { array, bit, sint, uint } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import type { FieldName } from '../descriptor.js';
import { reloadShape, reloadTargets } from './reload.js';

export const log2Ceil = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));

const type = (config: ArrayConfig, name: FieldName) => uint(config.fields[name]);
const signedType = (config: ArrayConfig, name: FieldName) => sint(config.fields[name]);

/** The whole descriptor. */
export const fullDescriptor = (config: ArrayConfig) => ({
  ...modeShape(config),
  ...loopShape(config),
  ...readShape(config),
  ...writeShape(config),
  startsPicture: bit,
  releasesInput: bit,
  sharedWeights: bit,
  gap: type(config, 'gap'),
});

const modeShape = (config: ArrayConfig) => ({
  engine: type(config, 'engine'),
  perTile: bit,
  broadcastTap: bit,
  max: bit,
  add: bit,
  signedInput: bit,
  signedSecond: bit,
  padValue: signedType(config, 'padValue'),
});

const loopShape = (config: ArrayConfig) => ({
  innerLast: type(config, 'innerLast'),
  groupLast: type(config, 'groupLast'),
  tapGroupLast: type(config, 'tapGroupLast'),
  tapRowLast: type(config, 'tapRowLast'),
  planeLast: type(config, 'planeLast'),
  idle: type(config, 'idle'),
  tileLast: type(config, 'tileLast'),
  columnLast: type(config, 'columnLast'),
  rowLast: type(config, 'rowLast'),
});

const readShape = (config: ArrayConfig) => ({
  firstAddress: type(config, 'firstAddress'),
  rowStep: type(config, 'rowStep'),
  tapRowStep: type(config, 'tapRowStep'),
  firstColumnAddress: type(config, 'firstColumnAddress'),
  firstPhase: type(config, 'firstPhase'),
  columnStep: type(config, 'columnStep'),
  columnPhaseStep: type(config, 'columnPhaseStep'),
  tapColumnStep: type(config, 'tapColumnStep'),
  tapPhaseStep: type(config, 'tapPhaseStep'),
  wordsPerPixel: type(config, 'wordsPerPixel'),
  operandStep: type(config, 'operandStep'),
  firstRow: signedType(config, 'firstRow'),
  firstColumn: signedType(config, 'firstColumn'),
  strideY: type(config, 'strideY'),
  strideX: type(config, 'strideX'),
  tapStep: type(config, 'tapStep'),
  height: type(config, 'height'),
  width: type(config, 'width'),
  weightBase: type(config, 'weightBase'),
});

/** What the write side takes over when the first result of a layer arrives. */
export const writeShape = (config: ArrayConfig) => ({
  output: bit,
  parameterBase: type(config, 'parameterBase'),
  lo: signedType(config, 'lo'),
  hi: signedType(config, 'hi'),
  zeroPoint: signedType(config, 'zeroPoint'),
  tieMode: type(config, 'tieMode'),
  outAddress: type(config, 'outAddress'),
  outRowStride: type(config, 'outRowStride'),
  outWordsPerPixel: type(config, 'outWordsPerPixel'),
  lastLanes: type(config, 'lastLanes'),
});

/** Marks that travel with a result from its last issue to its write. */
export const resultMarks = {
  pixelEnd: bit,
  rowEnd: bit,
  layerStart: bit,
  hold: bit,
  combine: bit,
} as const;

/** How operands are picked and computed; one cycle after the issue. */
export const operandMarks = (config: ArrayConfig) => ({
  ...modeMarks,
  engine: type(config, 'engine'),
  padValue: signedType(config, 'padValue'),
  group: uint(config.fields.groupLast),
  phase: uint(log2Ceil(config.taps)),
  inside: array(config.taps, bit),
});
const modeMarks = { perTile: bit, broadcastTap: bit, max: bit, signedInput: bit } as const;

/** Depth of the deeper weight memory. */
export const weightAddressWidth = (depth: number): number => log2Ceil(Math.max(2, depth));

export const activationWord = (config: ArrayConfig) =>
  array(config.geometry.lanes, uint(config.widths.activation));

/** Bits of the address on the reload bus. */
export const reloadAddressWidth = 16;

/** The reload bus of a module, where the accelerator has one. */
export const reloadPort = (config: ArrayConfig): { readonly reload?: ReturnType<typeof reloadShape> } =>
  config.options.reloadable ? { reload: reloadShape(reloadTargets(config).length, reloadAddressWidth) } : {};
