import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset } from '../../src/nn/index.js';
import { convNodes, type FloatModel } from '../../src/quant/index.js';
import type { Measured } from './ours.js';
import { BATCH, STEPS, WARM } from './workload.js';

export interface PyTorch {
  /** Undefined: not on this machine. */
  readonly version: string | undefined;
  measure(model: FloatModel, data: Dataset, format: 'channels_last' | 'contiguous'): Promise<Measured>;
}

const answerSchema = z.object({ cpu: z.number(), wall: z.number(), firstLoss: z.number() });

/** PyTorch in a process of its own, on one thread. */
export function openPyTorch(python: string): PyTorch {
  const asked = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
  const version = asked.status === 0 ? asked.stdout.trim() : undefined;
  return {
    version,
    measure: (model, data, format) => Promise.resolve(measure(python, model, data, format)),
  };
}

function measure(python: string, model: FloatModel, data: Dataset, format: string): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-bench-'));
  try {
    const weights = convNodes(model).flatMap((node) => [...node.weights]);
    writeFileSync(join(folder, 'weights'), new Uint8Array(Float32Array.from(weights).buffer));
    writeFileSync(join(folder, 'pictures'), data.pictures);
    writeFileSync(join(folder, 'labels'), data.labels);
    const driver = join(import.meta.dirname, 'driver.py');
    const args = [driver, folder, format, String(BATCH), String(WARM), String(STEPS)];
    const env = { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
    const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`PyTorch failed: ${stderr}`);
    return answerSchema.parse(JSON.parse(stdout));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
