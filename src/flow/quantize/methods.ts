/** The methods by name: configuration file in, method with its configuration bound out. */

import type { z } from 'zod';
import {
  factorize,
  factorizeConfigSchema,
  fames,
  famesConfigSchema,
  inq,
  inqConfigSchema,
  prom,
  promConfigSchema,
  pvq,
  pvqConfigSchema,
  uniform,
  uniformConfigSchema,
  type ApproxMultiplier,
  type Method,
  type Widths,
} from '../../quant/index.js';
import { FlowError } from '../errors.js';
import { builtInCatalogue } from '../catalogue/index.js';
import { readBytes } from '../inputs.js';
import type { QuantizeMethod } from './options.js';

export interface BoundMethod {
  readonly run: Method;
  /** With every default filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly defaultEpochs: number;
}

/** @throws FlowError UNREADABLE_FILE, BAD_CONFIG */
export const bindMethod = (name: QuantizeMethod, file: string | undefined): BoundMethod => {
  const raw = file === undefined ? {} : readJson(file);
  const bind = <Schema extends z.ZodType<Record<string, unknown>>>(
    schema: Schema,
    method: (config: z.output<Schema>) => Method,
    defaultEpochs: number,
  ): BoundMethod => {
    const config = parse(schema, raw, file ?? 'the defaults');
    return { run: method(config), config, defaultEpochs };
  };
  switch (name) {
    case 'prom':
      return bind(promConfigSchema, prom, 8);
    case 'inq':
      return bind(inqConfigSchema, inq, 12);
    case 'factorize':
      return bind(factorizeConfigSchema, factorize, 0);
    case 'pvq':
      return bind(pvqConfigSchema, pvq, 8);
    case 'fames':
      return bind(famesConfigSchema, (config) => fames(config, multipliersFor), 8);
    case 'uniform':
      return bind(uniformConfigSchema, uniform, 0);
  }
};

/** The built-in multipliers of these widths: all of them take seconds. */
export const multipliersFor = ({ actBits, actSigned, weightBits }: Widths): readonly ApproxMultiplier[] =>
  builtInCatalogue((widths) => widths.actBits === actBits && widths.magnitudeBits === weightBits - 1).filter(
    (multiplier) => multiplier.actSigned === actSigned,
  );

const readJson = (file: string): unknown => {
  const text = new TextDecoder().decode(readBytes(file, 'configuration'));
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlowError('BAD_CONFIG', `${file} is no JSON (${reason})`);
  }
};

const parse = <Schema extends z.ZodType>(schema: Schema, raw: unknown, where: string): z.output<Schema> => {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const complaints = result.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? '' : `${path.map(String).join('.')}: `}${message}`,
  );
  throw new FlowError('BAD_CONFIG', `${where}: ${complaints.join('; ')}`);
};
