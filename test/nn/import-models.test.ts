import { describe, expect, test } from 'vitest';
import {
  executeGraph,
  importOnnx,
  loadSamples,
  prepareReference,
  readNpz,
  readOnnx,
  runLayer,
  tensorFrom,
  verifyNetwork,
  writeOnnx,
  type NumericArray,
} from '../../src/nn/index.js';
import { haveShared, readShared, sharedPath } from './shared-data.js';

/** Picture `i` of an NCHW array as NHWC. */
function picture({ dims, data }: NumericArray, i: number): Int32Array {
  const [, channels = 1, height = 1, width = 1] = dims;
  const pixels = height * width;
  const result = new Int32Array(channels * pixels);
  for (let at = 0; at < result.length; at++) {
    result[at] = data[(i * channels + (at % channels)) * pixels + Math.floor(at / channels)] ?? NaN;
  }
  return result;
}

function greatestDifference(a: Int32Array, b: Int32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);
}

describe.runIf(haveShared())('models of ../shared/data', () => {
  const models = [
    { name: 'dwnet_ternary_pw_int8_dw', exact: false },
    { name: 'dwnet_w4a4_pow2scale', exact: true },
  ];

  describe.each(models)('$name', ({ name, exact }) => {
    const { network, layers } = importOnnx(readShared(`models/${name}.qonnx.onnx`));

    test('QONNX and QCDQ forms give the same network', () => {
      expect(importOnnx(readShared(`models/${name}.qcdq.onnx`)).network).toEqual({ ...network });
      expect(() => verifyNetwork(network)).not.toThrow();
    });

    test('every layer reports at most one step of deviation, in very few accumulator values', () => {
      expect(layers.length).toBe(network.layers.length);
      for (const layer of layers) {
        expect(layer.greatestDeviation).toBeLessThanOrEqual(1);
        expect(layer.deviatingValues / layer.reachableValues).toBeLessThan(0.001);
      }
    });

    test('trace: stored integers, layer by layer', () => {
      const trace = readNpz(readShared(`models/${name}.int_trace.npz`));
      const keys = [...trace.keys()].sort();
      const [input, ...outputs] = keys.map((key) => trace.get(key));
      expect(outputs.length).toBe(network.layers.length - 1);
      for (let i = 0; i < 4; i++) {
        let before = picture(input ?? { type: 'uint8', dims: [], data: new Uint8Array() }, i);
        outputs.forEach((stored_, k) => {
          const layer = network.layers[k];
          if (layer === undefined || stored_ === undefined) throw new Error('trace longer than the network');
          const wanted = picture(stored_, i);
          expect(greatestDifference(runLayer(network, layer, [before]), wanted)).toBeLessThanOrEqual(
            exact ? 0 : 1,
          );
          before = wanted;
        });
      }
    });

    if (exact)
      test('trace: the whole network equals the stored integers', () => {
        const trace = readNpz(readShared(`models/${name}.int_trace.npz`));
        const runner = prepareReference(network);
        const names = [network.input, ...network.layers.slice(0, -1).map(({ output }) => output)];
        for (let i = 0; i < 4; i++) {
          const input = trace.get('q00');
          if (input === undefined) throw new Error('no q00');
          const got = runner.trace(picture(input, i));
          [...trace.keys()].sort().forEach((key, k) => {
            const wanted = trace.get(key);
            if (wanted === undefined) throw new Error(key);
            expect(got[names[k] ?? '']).toEqual(picture(wanted, i));
          });
        }
      });
  });

  test.each([
    'dwnet_float',
    'dwnet_inq5_float',
    'dwnet_w4a4_pow2scale.qonnx',
    'dwnet_ternary_pw_int8_dw.qcdq',
  ])('%s: the float executor gives the stored logits', (name) => {
    const graph = readOnnx(readShared(`models/${name}.onnx`));
    const pictures = loadSamples(sharedPath('datasets/fashion-t10k-images-idx3-ubyte.gz'));
    const { data } = loadSamples(sharedPath(`models/${name.replace(/\.q.*/, '')}.logits_f32.npy`));
    for (let i = 0; i < 3; i++) {
      const pixels = Float32Array.from(pictures.data.subarray(i * 784, (i + 1) * 784), (p) => p / 256);
      const values = executeGraph(graph, new Map([['input', tensorFrom([1, 1, 28, 28], pixels)]]));
      values.get('logits')?.data.forEach((logit, k) => expect(logit).toBeCloseTo(data[i * 10 + k] ?? NaN, 4));
      expect(values.get('logits')?.dims).toEqual([1, 10]);
    }
  });

  test.each(['models/dwnet_ternary_pw_int8_dw.qcdq', 'models/dwnet_inq5_float', 'qonnx_zoo/TFC_1W1A'])(
    '%s: reading what was written gives the same graph',
    (name) => {
      const graph = readOnnx(readShared(`${name}.onnx`));
      expect(readOnnx(writeOnnx(graph))).toEqual(graph);
    },
  );

  test('a float model is refused with advice', () => {
    expect(() => importOnnx(readShared('models/dwnet_float.onnx'))).toThrow(
      'NN004: input "input" of node "/f/f.0/conv/Conv" (Conv) is the network input "input", which has no quantizer. ' +
        'Quantize the model first (QONNX Quant nodes or QuantizeLinear/DequantizeLinear pairs).',
    );
  });

  test('truncated files are refused wherever they end', () => {
    const bytes = readShared('models/dwnet_w4a4_pow2scale.qcdq.onnx');
    for (const share of [0.0001, 0.01, 0.3, 0.6, 0.95, 0.999]) {
      expect(() => importOnnx(bytes.subarray(0, Math.floor(bytes.length * share)))).toThrow(/^NN00[13]: /);
    }
  });
});
