import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuantError } from '../errors.js';
import {
  convNodes,
  digitsNet,
  dsNet,
  foldBatchNorm,
  isFullyConnected,
  isPointwise,
  modelBuilder,
  nodeShapes,
  quantizationPoints,
  resNet8,
  verifyModel,
  withWeights,
  type FloatModel,
} from './index.js';

const parameterCount = (model: FloatModel): number =>
  model.nodes.reduce((sum, node) => {
    if (node.kind === 'conv') return sum + node.weights.length + (node.bias?.length ?? 0);
    return node.kind === 'batchNorm' ? sum + 2 * node.gamma.length : sum;
  }, 0);

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof QuantError) return error.code;
  }
  return 'none';
};

describe('the networks', () => {
  it('have the sizes that the issue and MLPerf Tiny state', () => {
    expect(parameterCount(dsNet())).toBe(13_962);
    // MLPerf Tiny's ResNet-8 counts 78,666 with the moving statistics and conv biases that ours leaves to the normalization.
    const biases = 16 * 3 + 32 * 2 + 64 * 2;
    const statistics = 2 * (16 * 3 + 32 * 2 + 64 * 2);
    expect(parameterCount(resNet8()) + biases + statistics).toBe(78_666);
    expect(nodeShapes(digitsNet()).get('relu7')).toEqual([4, 4, 64]);
  });

  it('know pointwise from fully connected layers', () => {
    const model = dsNet();
    const shapes = nodeShapes(model);
    expect(convNodes(model).filter((node) => isPointwise(node, shapes)).length).toBe(4);
    expect(
      convNodes(model)
        .filter((node) => isFullyConnected(node, shapes))
        .map(({ name }) => name),
    ).toEqual(['fullyConnected1']);
  });

  it('start with the same weights from the same seed', () => {
    expect(dsNet({ seed: 5 })).toEqual(dsNet({ seed: 5 }));
    expect(dsNet({ seed: 5 })).not.toEqual(dsNet({ seed: 6 }));
  });
});

describe('quantization points', () => {
  it('are the ends of conv chains, adds and average pools, never the logits', () => {
    expect(quantizationPoints(resNet8())).toEqual([
      'relu1',
      'relu2',
      'batchNorm3',
      'relu3',
      'relu4',
      'batchNorm5',
      'pointwise1',
      'relu5',
      'relu6',
      'batchNorm7',
      'pointwise2',
      'relu7',
      'avgPool1',
    ]);
  });

  it('lie between a residual add and a normalization, also behind its ReLU', () => {
    const start = modelBuilder('m', [4, 4, 2]).conv(2, { name: 'a' });
    const summed = start.conv(2, { name: 'b' }).add('a').relu({ name: 'behind' });
    const model = summed.batchNorm({ name: 'norm' }).relu().globalAvgPool().fullyConnected(3).build();
    expect(quantizationPoints(model)).toEqual(['a', 'b', 'behind', 'relu1', 'avgPool1']);
  });

  it('lie before a max pooling, which keeps the grid, and at every value with several readers', () => {
    const builder = modelBuilder('m', [4, 4, 1]).conv(2).batchNorm().maxPool().relu();
    builder.conv(2).add('relu1').relu().globalAvgPool().fullyConnected(3);
    expect(quantizationPoints(builder.build())).toEqual([
      'batchNorm1',
      'relu1',
      'conv2',
      'relu2',
      'avgPool1',
    ]);
  });
});

describe('folding batch normalization', () => {
  it('multiplies each filter by gamma / sqrt(variance + epsilon) and moves the bias', () => {
    const finite = { noNaN: true, min: Math.fround(-2), max: Math.fround(2) };
    const four = fc.tuple(
      fc.float(finite),
      fc.float(finite),
      fc.float(finite),
      fc.float({ ...finite, min: Math.fround(0.1) }),
    );
    fc.assert(
      fc.property(four, ([gamma, beta, mean, variance]) => {
        const built = modelBuilder('m', [3, 3, 2])
          .conv(2, { bias: true })
          .batchNorm()
          .globalAvgPool()
          .build();
        const [conv, norm] = built.nodes;
        if (conv?.kind !== 'conv' || norm?.kind !== 'batchNorm') throw new Error('other nodes');
        const of = (value: number): Float32Array => Float32Array.of(1, value);
        const changed = { ...norm, gamma: of(gamma), beta: of(beta), mean: of(mean), variance: of(variance) };
        const folded = foldBatchNorm({ ...built, nodes: [conv, changed, ...built.nodes.slice(2)] });
        const [first, pool] = folded.nodes;
        if (first?.kind !== 'conv') throw new Error('no conv');
        const gain = gamma / Math.sqrt(variance + norm.epsilon);
        expect(first.weights[18]).toBe(Math.fround((conv.weights[18] ?? 0) * gain));
        expect(first.bias?.[1]).toBe(Math.fround(beta - mean * gain));
        expect(pool).toMatchObject({ kind: 'avgPool', input: 'conv1' });
      }),
    );
  });

  it('leaves one alone whose conv has other readers', () => {
    const builder = modelBuilder('m', [3, 3, 1]).conv(1).batchNorm();
    const model = builder.add('conv1').globalAvgPool().build();
    expect(foldBatchNorm(model)).toEqual(model);
  });
});

describe('a wrong network', () => {
  const model = digitsNet();
  const [first, ...rest] = model.nodes;
  if (first?.kind !== 'conv') throw new Error('digitsNet starts with a conv');

  it('is refused with what and where', () => {
    const nan = first.weights.map((weight, i) => (i === 3 ? NaN : weight));
    expect(() => {
      verifyModel(withWeights(model, { conv1: nan }));
    }).toThrow(/QT004: weights of conv "conv1" hold NaN at index 3/);
    expect(
      code(() => {
        verifyModel({ ...model, nodes: [...rest, first] });
      }),
    ).toBe('QT003');
    expect(
      code(() => {
        verifyModel({ ...model, nodes: [{ ...first, inChannels: 2 }, ...rest] });
      }),
    ).toBe('QT002');
    expect(
      code(() => {
        verifyModel({ ...model, nodes: model.nodes.slice(0, -2) });
      }),
    ).toBe('QT002');
    expect(
      code(() => {
        verifyModel({ ...model, nodes: [] });
      }),
    ).toBe('QT001');
    expect(
      code(() => {
        verifyModel({ ...model, nodes: [first, { ...first, name: 'unread', input: 'input' }, ...rest] });
      }),
    ).toBe('QT001');
    expect(code(() => withWeights(model, { conv1: new Float32Array(3) }))).toBe('QT002');
    expect(code(() => withWeights(model, { relu1: new Float32Array(3) }))).toBe('QT003');
  });
});
