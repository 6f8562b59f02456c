"""Writes the ONNX graph of a GPT-2 with a KV cache, in the form in which transformers.js loads it.

    inputs   input_ids, position_ids  int64 [batch, sequence]
             attention_mask           int64 [batch, past + sequence]
             past_key_values.N.key, .value  float32 [batch, heads, past, head width]
    outputs  logits float32 [batch, sequence, vocabulary], present.N.key, .value

It is written node by node, and not traced from PyTorch, so that it has nothing in it that is not explained here. FastGelu and
SkipLayerNormalization are ONNX Runtime's own operators: it has them for its CPU code, for WASM and for WebGPU.

In the q8 graph a matrix is int8 with a scale for each of its outputs, and a Cast and a Mul make float32 of it. ONNX Runtime
folds such constants when it loads the file, so a session computes in float32, on every device alike. Activations stay in
float32: quantized at run time they would depend on what else is in the same call, and a prompt read in two parts, or beside
another one, would give other tokens.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MASKED = -1e9
LARGEST = 127
EPSILON = 1e-5
RUNTIME_DOMAIN = "com.microsoft"


class Graph:
    """Collects nodes and constants; `op` returns the name of what it computes, or a list of names."""

    def __init__(self):
        self.nodes, self.constants = [], {}

    def constant(self, name, value, dtype=np.float32):
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value, dtype), name)
        return name

    def integers(self, name, value):
        return self.constant(name, value, np.int64)

    def op(self, kind, *inputs, outputs=1, out=None, **attributes):
        label = f"{kind}_{len(self.nodes)}"
        names = [out] if out else [f"{label}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=label, **attributes))
        return names[0] if len(names) == 1 else names

    def runtime_op(self, kind, *inputs, **attributes):
        """As `op`, for an operator of ONNX Runtime's own."""
        return self.op(kind, *inputs, domain=RUNTIME_DOMAIN, **attributes)


class GPT2Graph(Graph):
    """`weights` are numpy arrays by the names that model.py gives them, `config` is model.py's."""

    def __init__(self, config, weights, q8):
        super().__init__()
        self.config, self.weights, self.q8 = config, weights, q8
        self.head_width = config["n_embd"] // config["n_head"]

    def matrix(self, name, value, axis):
        """The name of `value` [M, N] in float32. In a q8 graph it is stored as int8, with a scale for each index of `axis`."""
        if not self.q8:
            return self.constant(name, value)
        scale = np.abs(value).max(axis=1 - axis, keepdims=True) / LARGEST
        integers = self.constant(f"{name}.int8", np.round(value / scale), np.int8)
        return self.op("Mul", self.op("Cast", integers, to=TensorProto.FLOAT), self.constant(f"{name}.scale", scale))

    def product(self, x, name):
        # PyTorch keeps a linear layer's weight as [out, in]
        return self.op("MatMul", x, self.matrix(f"{name}.weight", self.weights[f"{name}.weight"].T, axis=1))

    def parameter(self, name):
        return self.constant(name, self.weights[name])

    def norm_parameters(self, name):
        return self.parameter(f"{name}.weight"), self.parameter(f"{name}.bias")

    def add_and_norm(self, x, branch, linear, norm):
        """x + branch + the bias of `linear`, which the branch ends with, and its layer norm: (normed, sum)."""
        inputs = branch, x, *self.norm_parameters(norm), self.parameter(f"{linear}.bias")
        normed, _, _, sum_ = self.runtime_op("SkipLayerNormalization", *inputs, outputs=4, epsilon=EPSILON)
        return normed, sum_

    def mask(self):
        """[batch, 1, sequence, past + sequence]: MASKED where a key is padding or lies in the query's future."""
        masked, first_axes = self.constant("masked", MASKED), self.integers("axes_1_2", [1, 2])
        absent = self.op("Sub", self.constant("one", 1.0), self.op("Cast", "attention_mask", to=TensorProto.FLOAT))
        padding = self.op("Unsqueeze", self.op("Mul", absent, masked), first_axes)
        length = lambda name: self.op("Gather", self.op("Shape", name), self.integers("index_1", 1))
        total = length("attention_mask")
        past = self.op("Sub", total, length("input_ids"))
        zero, step = self.integers("from_0", 0), self.integers("step_1", 1)
        keys = self.op("Range", zero, total, step)
        queries = self.op("Unsqueeze", self.op("Range", past, total, step), self.integers("axes_1", [1]))
        future = self.op("Cast", self.op("Greater", keys, queries), to=TensorProto.FLOAT)
        return self.op("Add", padding, self.op("Mul", future, masked))

    def table(self, name):
        """An embedding's rows [rows, width]."""
        return self.matrix(name, self.weights[name], axis=0)

    def split_heads(self, x):
        shape = self.integers("to_heads", [0, -1, self.config["n_head"], self.head_width])
        return self.op("Transpose", self.op("Reshape", x, shape), perm=[0, 2, 1, 3])

    def attend(self, normed, layer, mask):
        name, width = f"blocks.{layer}.attention", self.config["n_embd"]
        qkv = self.op("Add", self.product(normed, name), self.parameter(f"{name}.bias"))
        query, key, value = map(self.split_heads, self.op("Split", qkv, self.integers("thirds", [width] * 3), outputs=3, axis=-1))
        keys = self.op("Concat", f"past_key_values.{layer}.key", key, out=f"present.{layer}.key", axis=2)
        values = self.op("Concat", f"past_key_values.{layer}.value", value, out=f"present.{layer}.value", axis=2)
        products = self.op("MatMul", query, self.op("Transpose", keys, perm=[0, 1, 3, 2]))
        scores = self.op("Add", self.op("Mul", products, self.constant("score_scale", self.head_width**-0.5)), mask)
        attended = self.op("Transpose", self.op("MatMul", self.op("Softmax", scores, axis=-1), values), perm=[0, 2, 1, 3])
        return self.op("Reshape", attended, self.integers("from_heads", [0, -1, width]))

    def block(self, normed, x, layer, mask):
        """`normed` is the layer norm of `x`; both come back for the next block."""
        name = f"blocks.{layer}"
        branch = self.product(self.attend(normed, layer, mask), f"{name}.projection")
        normed, x = self.add_and_norm(x, branch, f"{name}.projection", f"{name}.norm_2")
        hidden = self.runtime_op("FastGelu", self.product(normed, f"{name}.expand"), self.parameter(f"{name}.expand.bias"))
        is_last = layer + 1 == self.config["n_layer"]
        branch = self.product(hidden, f"{name}.contract")
        return self.add_and_norm(x, branch, f"{name}.contract", "norm" if is_last else f"blocks.{layer + 1}.norm_1")

    def build(self):
        tokens, mask = self.table("tokens.weight"), self.mask()
        positions = self.op("Gather", self.table("positions.weight"), "position_ids")
        x = self.op("Add", self.op("Gather", tokens, "input_ids"), positions)
        normed = self.op("LayerNormalization", x, *self.norm_parameters("blocks.0.norm_1"), axis=-1, epsilon=EPSILON)
        for layer in range(self.config["n_layer"]):
            normed, x = self.block(normed, x, layer, mask)
        self.op("MatMul", normed, self.op("Transpose", tokens, perm=[1, 0]), out="logits")  # tied: stored once
        return self


def save(config, weights, path, q8=False):
    graph = GPT2Graph(config, weights, q8).build()
    caches = [f"{layer}.{part}" for layer in range(config["n_layer"]) for part in ("key", "value")]
    tokens, total = ["batch_size", "sequence_length"], ["batch_size", "total_sequence_length"]
    cache = lambda name, length: helper.make_tensor_value_info(
        name, TensorProto.FLOAT, ["batch_size", config["n_head"], length, graph.head_width]
    )
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, tokens),
        helper.make_tensor_value_info("attention_mask", TensorProto.INT64, total),
        helper.make_tensor_value_info("position_ids", TensorProto.INT64, tokens),
        *(cache(f"past_key_values.{name}", "past_sequence_length") for name in caches),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*tokens, config["vocab_size"]]),
        *(cache(f"present.{name}", "total_sequence_length") for name in caches),
    ]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "gpt2", inputs, outputs, list(graph.constants.values())),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(RUNTIME_DOMAIN, 1)],
        producer_name="unmocked",
    )
    model.ir_version = 8  # no newer than opset 17 needs: every onnxruntime that knows the operators reads it
    onnx.checker.check_model(model)
    onnx.save(model, path)
