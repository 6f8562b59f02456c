import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;

/** ONNX's numbers of the element types. */
export const DataType = onnx.TensorProto.DataType;

/** @import { onnx as OnnxProto } from 'onnx-proto' */
/** @typedef {Float32Array | Int8Array | BigInt64Array} Values */
/** @typedef {number | readonly number[] | OnnxProto.IGraphProto} Attribute */

/** @param {Values} values */
function elementType(values) {
  if (values instanceof Float32Array) return DataType.FLOAT;
  return values instanceof Int8Array ? DataType.INT8 : DataType.INT64;
}

/**
 * An attribute of a node: whole numbers become `INT`, other numbers need {@link float}.
 *
 * @param {string} name
 * @param {Attribute | { float: number }} value
 * @returns {OnnxProto.IAttributeProto}
 */
function attribute(name, value) {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if (Array.isArray(value)) return { name, type: AttributeType.INTS, ints: value };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.GRAPH, g: /** @type {OnnxProto.IGraphProto} */ (value) };
}

/** A number for an attribute of the type `FLOAT`. */
export const float = (/** @type {number} */ value) => ({ float: value });

/**
 * Describes an input or an output of a graph. A string is a dimension that varies.
 *
 * @param {string} name
 * @param {number} elemType
 * @param {readonly (number | string)[]} [shape] Absent: not known.
 * @returns {OnnxProto.IValueInfoProto}
 */
export const valueInfo = (name, elemType, shape) => ({
  name,
  type: {
    tensorType: {
      elemType,
      ...(shape && {
        shape: {
          dim: shape.map((size) =>
            typeof size === 'number' ? { dimValue: size } : { dimParam: size },
          ),
        },
      }),
    },
  },
});

/** Collects nodes and initializers. A branch shares the initializers of its parent. */
export class Graph {
  /** @type {OnnxProto.INodeProto[]} */
  nodes = [];
  /** @type {Map<string, OnnxProto.ITensorProto>} */
  initializers;

  /**
   * @param {string} [branch] Goes in front of all names.
   * @param {Graph} [parent]
   */
  constructor(branch = '', parent) {
    this.branch = branch;
    this.initializers = parent?.initializers ?? new Map();
  }

  /**
   * Adds a constant, once for each name.
   *
   * @param {string} name
   * @param {Values | (() => Values)} values A function is called only for a new name.
   * @param {readonly number[]} [shape] Default: a scalar.
   */
  constant(name, values, shape = []) {
    if (this.initializers.has(name)) return name;
    const array = typeof values === 'function' ? values() : values;
    this.initializers.set(name, {
      name,
      dims: [...shape],
      dataType: elementType(array),
      rawData: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    });
    return name;
  }

  /** @param {string} name @param {number} value */
  scalar(name, value) {
    return this.constant(name, Float32Array.of(value));
  }

  /** @param {string} name @param {number} value */
  index(name, value) {
    return this.constant(name, BigInt64Array.of(BigInt(value)));
  }

  /** @param {string} name @param {readonly number[]} values */
  indices(name, values) {
    return this.constant(name, BigInt64Array.from(values, BigInt), [values.length]);
  }

  /**
   * Adds a node.
   *
   * @param {string} opType
   * @param {readonly string[]} input
   * @param {Record<string, Attribute | { float: number }>} [attributes]
   * @param {{ outputs?: number, as?: readonly string[] }} [options] How many outputs there are, or
   *   their names.
   * @returns {string[]} the names of its outputs.
   */
  node(opType, input, attributes = {}, { outputs = 1, as } = {}) {
    const name = `${this.branch}${opType}_${this.nodes.length}`;
    const output = as
      ? as.map((one) => this.branch + one)
      : Array.from({ length: outputs }, (_, index) => `${name}_${index}`);
    this.nodes.push({
      opType,
      name,
      input: [...input],
      output,
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return output;
  }

  /**
   * Adds a node with one output, and returns the output's name.
   *
   * @param {string} opType
   * @param {readonly string[]} input
   * @param {Record<string, Attribute | { float: number }>} [attributes]
   * @param {string} [as] The name of the output.
   */
  op(opType, input, attributes = {}, as) {
    return /** @type {string} */ (this.node(opType, input, attributes, as ? { as: [as] } : {})[0]);
  }
}

/**
 * The bytes of a model.
 *
 * @param {Graph} graph
 * @param {readonly OnnxProto.IValueInfoProto[]} input
 * @param {readonly OnnxProto.IValueInfoProto[]} output
 */
export const encodeModel = ({ nodes, initializers }, input, output) =>
  onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'gpt2',
      node: nodes,
      initializer: [...initializers.values()],
      input: [...input],
      output: [...output],
    },
  }).finish();
