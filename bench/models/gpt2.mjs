import { DataType, encodeModel, float, Graph, valueInfo } from './graph.mjs';
import { fillNormal, uniform } from './random.mjs';

/**
 * The shape of a GPT-2.
 *
 * @typedef {{ layers: number, heads: number, width: number, vocabulary: number, positions: number }}
 *   Geometry
 */

const { FLOAT, INT64, BOOL } = DataType;
const MASKED = -1e9;
/** Of the weights, as GPT-2 is initialized. */
const DEVIATION = 0.02;
/** The same in steps of the int8 weights: 127 of them are five deviations. */
const DEVIATION_STEPS = 25;
const SCALE = DEVIATION / DEVIATION_STEPS;

/**
 * A GPT-2 with random weights as one file: q8 in the merged form of older exports, in which one `If`
 * over `use_cache_branch` holds the decoder twice, and the int8 embeddings are the output layer too.
 * It computes as fast as a trained model of this geometry. What it says is noise.
 *
 * @param {Geometry} geometry
 * @param {{ seed?: number, silent?: (tokenId: number) => boolean }} [options] `silent` tokens are
 *   never the likeliest: their embeddings are zero.
 * @returns {Uint8Array}
 */
export function mergedDecoder(geometry, { seed = 0, silent = () => false } = {}) {
  const { layers, heads, width, vocabulary } = geometry;
  const graph = new Graph();
  const random = uniform(seed);
  const presents = keyValueNames(layers, 'present');
  const branches = ['then', 'else'].map((name) => {
    const branch = new Graph(`${name}.`, graph);
    const outputs = new Decoder(branch, geometry, random, silent).outputs();
    return /** @type {const} */ ([
      `${name}_branch`,
      { name, node: branch.nodes, output: outputs.map((output) => valueInfo(output, FLOAT)) },
    ]);
  });
  graph.node('If', ['use_cache_branch'], Object.fromEntries(branches), {
    as: ['logits', ...presents],
  });
  const cache = (/** @type {string} */ name, /** @type {string} */ length) =>
    valueInfo(name, FLOAT, ['batch_size', heads, length, width / heads]);
  return encodeModel(
    graph,
    [
      valueInfo('input_ids', INT64, ['batch_size', 'sequence_length']),
      valueInfo('attention_mask', INT64, ['batch_size', 'total_sequence_length']),
      ...keyValueNames(layers, 'past_key_values').map((name) =>
        cache(name, 'past_sequence_length'),
      ),
      valueInfo('use_cache_branch', BOOL, [1]),
    ],
    [
      valueInfo('logits', FLOAT, ['batch_size', 'sequence_length', vocabulary]),
      ...presents.map((name) => cache(name, 'total_sequence_length')),
    ],
  );
}

/** @param {number} layers @param {string} prefix */
const keyValueNames = (layers, prefix) =>
  Array.from({ length: layers }, (_, layer) => [
    `${prefix}.${layer}.key`,
    `${prefix}.${layer}.value`,
  ]).flat();

/** Adds one decoder to a graph. */
class Decoder {
  /**
   * @param {Graph} graph
   * @param {Geometry} geometry
   * @param {() => number} random
   * @param {(tokenId: number) => boolean} silent
   */
  constructor(graph, geometry, random, silent) {
    this.graph = graph;
    this.geometry = geometry;
    this.random = random;
    this.silent = silent;
  }

  /** The names of the logits and of the presents. */
  outputs() {
    const { graph } = this;
    const { layers, width } = this.geometry;
    const total = graph.op('Gather', [
      graph.op('Shape', ['attention_mask']),
      graph.index('index_1', 1),
    ]);
    const length = graph.op('Gather', [graph.op('Shape', ['input_ids']), 'index_1']);
    const past = graph.op('Sub', [total, length]);
    const table = this.embeddings();
    const tokens = this.dequantize(graph.op('Gather', [table, 'input_ids']));
    const positions = graph.op('Range', [past, total, graph.index('one', 1)]);
    let x = graph.op('Add', [tokens, graph.op('Gather', [this.positions(), positions])]);
    const mask = this.mask(past, total);
    const presents = [];
    for (let layer = 0; layer < layers; layer++) {
      const attended = this.attention(layer, this.norm(x), mask);
      presents.push(attended.keys, attended.values);
      x = graph.op('Add', [x, this.linear(`h${layer}.proj`, attended.output, width, width)]);
      const inner = this.gelu(this.linear(`h${layer}.fc`, this.norm(x), width, 4 * width));
      x = graph.op('Add', [x, this.linear(`h${layer}.fc2`, inner, 4 * width, width)]);
    }
    const output = this.dequantize(graph.op('Transpose', [table], { perm: [1, 0] }));
    const logits = graph.op('MatMul', [this.norm(x), output], {}, 'logits');
    return [logits, ...presents];
  }

  embeddings() {
    const { vocabulary, width } = this.geometry;
    return this.graph.constant(
      'wte.q',
      () => {
        const table = fillNormal(new Int8Array(vocabulary * width), DEVIATION_STEPS, this.random);
        for (let id = 0; id < vocabulary; id++)
          if (this.silent(id)) table.fill(0, id * width, (id + 1) * width);
        return table;
      },
      [vocabulary, width],
    );
  }

  positions() {
    const { positions, width } = this.geometry;
    return this.graph.constant(
      'wpe',
      () => fillNormal(new Float32Array(positions * width), DEVIATION, this.random),
      [positions, width],
    );
  }

  /** @param {string} x */
  dequantize(x) {
    const { graph } = this;
    const zero = graph.constant('zero_i8', Int8Array.of(0));
    return graph.op('DequantizeLinear', [x, graph.scalar('scale', SCALE), zero]);
  }

  /**
   * `x · weights + bias`. The weights are int8; the activations are quantized at run time.
   *
   * @param {string} name
   * @param {string} x
   * @param {number} inputs
   * @param {number} outputs
   */
  linear(name, x, inputs, outputs) {
    const { graph, random } = this;
    const [quantized = '', scale = '', zero = ''] = graph.node(
      'DynamicQuantizeLinear',
      [x],
      {},
      { outputs: 3 },
    );
    const weights = graph.constant(
      `${name}.q`,
      () => fillNormal(new Int8Array(inputs * outputs), DEVIATION_STEPS, random),
      [inputs, outputs],
    );
    const bias = graph.constant(`${name}.b`, () => new Float32Array(outputs), [outputs]);
    const none = graph.constant('zero_i8', Int8Array.of(0));
    const product = graph.op(
      'Cast',
      [graph.op('MatMulInteger', [quantized, weights, zero, none])],
      {
        to: FLOAT,
      },
    );
    const factor = graph.op('Mul', [scale, graph.scalar('scale', SCALE)]);
    return graph.op('Add', [graph.op('Mul', [product, factor]), bias]);
  }

  /** All norms have the same weights: ones, without a bias. @param {string} x */
  norm(x) {
    const { graph } = this;
    const { width } = this.geometry;
    const gain = graph.constant('norm.gain', () => new Float32Array(width).fill(1), [width]);
    const bias = graph.constant('norm.bias', () => new Float32Array(width), [width]);
    return graph.op('LayerNormalization', [x, gain, bias], { axis: -1, epsilon: float(1e-5) });
  }

  /**
   * The tanh form of GELU, which GPT-2 uses.
   *
   * @param {string} x
   */
  gelu(x) {
    const { graph } = this;
    const cubed = graph.op('Mul', [graph.op('Mul', [x, x]), x]);
    const sum = graph.op('Add', [
      x,
      graph.op('Mul', [cubed, graph.scalar('gelu.cubic', 0.044715)]),
    ]);
    const root = graph.scalar('gelu.root', Math.sqrt(2 / Math.PI));
    const tanh = graph.op('Tanh', [graph.op('Mul', [sum, root])]);
    const half = graph.op('Mul', [x, graph.scalar('half', 0.5)]);
    return graph.op('Mul', [half, graph.op('Add', [tanh, graph.scalar('one_f', 1)])]);
  }

  /**
   * What is added to the scores: a large negative number where a key is padding or in the future.
   *
   * @param {string} past
   * @param {string} total
   */
  mask(past, total) {
    const { graph } = this;
    const masked = graph.scalar('masked', MASKED);
    const isPadding = graph.op('Sub', [
      graph.scalar('one_f', 1),
      graph.op('Cast', ['attention_mask'], { to: FLOAT }),
    ]);
    const padding = graph.op('Unsqueeze', [
      graph.op('Mul', [isPadding, masked]),
      graph.indices('axes_12', [1, 2]),
    ]);
    const one = graph.index('one', 1);
    const keys = graph.op('Range', [graph.index('zero', 0), total, one]);
    const queries = graph.op('Unsqueeze', [
      graph.op('Range', [past, total, one]),
      graph.indices('axes_1', [1]),
    ]);
    const isFuture = graph.op('Cast', [graph.op('Greater', [keys, queries])], { to: FLOAT });
    return graph.op('Add', [padding, graph.op('Mul', [isFuture, masked])]);
  }

  /**
   * @param {number} layer
   * @param {string} x
   * @param {string} mask
   */
  attention(layer, x, mask) {
    const { graph } = this;
    const { heads, width } = this.geometry;
    const all = this.linear(`h${layer}.attn`, x, width, 3 * width);
    const parts = graph.node(
      'Split',
      [all, graph.indices('thirds', [width, width, width])],
      { axis: -1 },
      { outputs: 3 },
    );
    const shape = graph.indices('to_heads', [0, -1, heads, width / heads]);
    const [query = '', key = '', value = ''] = parts.map((part) =>
      graph.op('Transpose', [graph.op('Reshape', [part, shape])], { perm: [0, 2, 1, 3] }),
    );
    const join = (/** @type {string} */ name, /** @type {string} */ added) =>
      graph.op('Concat', [`past_key_values.${name}`, added], { axis: 2 }, `present.${name}`);
    const keys = join(`${layer}.key`, key);
    const values = join(`${layer}.value`, value);
    const product = graph.op('MatMul', [
      query,
      graph.op('Transpose', [keys], { perm: [0, 1, 3, 2] }),
    ]);
    const scores = graph.op('Mul', [product, graph.scalar('rsqrt', (width / heads) ** -0.5)]);
    const weights = graph.op('Softmax', [graph.op('Add', [scores, mask])], { axis: -1 });
    const attended = graph.op('Transpose', [graph.op('MatMul', [weights, values])], {
      perm: [0, 2, 1, 3],
    });
    const output = graph.op('Reshape', [attended, graph.indices('from_heads', [0, -1, width])]);
    return { keys, values, output };
  }
}
