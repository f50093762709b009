/**
 * Trains the demo's network and writes its files beside this script: the model, the test pictures with their labels, and
 * a record of what was reached. Same bytes on every machine. Run: npx tsx demo/train.ts
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawDigits } from './draw-digits.js';
import { exportQonnx } from './qonnx.js';
import { drawTestSet, encodeTestSet, modelFile, recordFile, testSeed } from './test-set.js';
import { macCount, weightCount } from './training/convolution.js';
import { blockSpecs, classifierShape } from './training/network.js';
import type { Recipe } from './training/train-network.js';
import { accuracy, trainNetwork } from './training/train-network.js';

const recipe: Recipe = {
  seed: 1_000_000,
  steps: 7000,
  batch: 32,
  learningRate: 0.02,
  statisticsBatches: 100,
};
/** A second, larger set of pictures that neither training nor the test set has seen. */
const fresh = { seed: 2, count: 10_000 };

const started = performance.now();
const network = trainNetwork(recipe, (step, loss, correct) => {
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const percent = (100 * correct).toFixed(2);
  console.log(
    `step ${step} of ${recipe.steps}: loss ${loss.toFixed(4)}, ${percent} % of the batches right, ${seconds} s`,
  );
});

const testSet = drawTestSet();
const shapes = [...blockSpecs, classifierShape];
const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
const record = {
  schemaVersion: 1,
  recipe,
  network: {
    weights: total(shapes.map(weightCount)),
    ternaryWeights: total(blockSpecs.filter(({ quantizer }) => quantizer === 'ternary').map(weightCount)),
    macsPerPicture: total(shapes.map(macCount)),
  },
  test: { seed: testSeed, pictures: testSet.count, top1: accuracy(network, testSet) },
  fresh: {
    seed: fresh.seed,
    pictures: fresh.count,
    top1: accuracy(network, drawDigits(fresh.seed, fresh.count)),
  },
};

const files = {
  [modelFile]: exportQonnx(network),
  ...encodeTestSet(testSet),
  [recordFile]: `${JSON.stringify(record, null, 2)}\n`,
};
for (const [name, content] of Object.entries(files)) {
  writeFileSync(fileURLToPath(new URL(name, import.meta.url)), content);
  console.log(`wrote demo/${name} (${content.length} bytes)`);
}
console.log(`test accuracy ${(100 * record.test.top1).toFixed(2)} % of ${record.test.pictures} pictures`);
