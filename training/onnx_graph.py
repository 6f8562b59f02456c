"""Writes the ONNX graph of a GPT-2 with a KV cache, in the form in which transformers.js loads it.

    inputs   input_ids, position_ids  int64 [batch, sequence]
             attention_mask           int64 [batch, past + sequence]
             past_key_values.N.key, .value  float32 [batch, heads, past, head width]
    outputs  logits float32 [batch, sequence, vocabulary], present.N.key, .value

It is written node by node, and not traced from PyTorch, so that it has nothing in it that is not explained here.

In the q8 graph weights are int8, with a scale for each column, and activations are quantized at run time. Weights have seven
bits (-63..63): processors without VNNI add two products in 16 bits, and with eight bits those sums could saturate there
and nowhere else. So the integers are the same on every machine, which is what pinned replies need.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MASKED = -1e9
LARGEST = 63


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


def quantized(weight):
    """(int8, scale of each column) of a matrix [in, out]."""
    scale = np.abs(weight).max(axis=0) / LARGEST
    return np.round(weight / scale), scale


class GPT2Graph(Graph):
    """`weights` are numpy arrays by the names that model.py gives them, `config` is model.py's."""

    def __init__(self, config, weights, q8):
        super().__init__()
        self.config, self.weights, self.q8 = config, weights, q8
        self.head_width = config["n_embd"] // config["n_head"]

    def matmul(self, x, name, weight):
        if not self.q8:
            return self.op("MatMul", x, self.constant(name, weight))
        integer, scale = quantized(weight)
        x_integer, x_scale, x_zero = self.op("DynamicQuantizeLinear", x, outputs=3)
        product = self.op(
            "MatMulInteger", x_integer, self.constant(f"{name}.int8", integer, np.int8), x_zero, self.constant("zero_int8", 0, np.int8)
        )
        scales = self.op("Mul", x_scale, self.constant(f"{name}.scale", scale))
        return self.op("Mul", self.op("Cast", product, to=TensorProto.FLOAT), scales)

    def linear(self, x, name):
        # PyTorch keeps a linear layer's weight as [out, in]
        product = self.matmul(x, f"{name}.weight", self.weights[f"{name}.weight"].T)
        return self.op("Add", product, self.constant(f"{name}.bias", self.weights[f"{name}.bias"]))

    def layer_norm(self, x, name):
        weight, bias = (self.constant(f"{name}.{part}", self.weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.op("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-5)

    def gelu_new(self, x):
        one, half = self.constant("one", 1.0), self.constant("half", 0.5)
        cube = self.op("Mul", self.op("Mul", x, x), x)
        sum_ = self.op("Add", x, self.op("Mul", cube, self.constant("gelu_cubic", 0.044715)))
        tanh = self.op("Tanh", self.op("Mul", sum_, self.constant("gelu_scale", np.sqrt(2 / np.pi))))
        return self.op("Mul", self.op("Mul", x, half), self.op("Add", tanh, one))

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

    def embeddings(self):
        if not self.q8:
            tokens = self.op("Gather", self.constant("tokens.weight", self.weights["tokens.weight"]), "input_ids")
            positions = self.op("Gather", self.constant("positions.weight", self.weights["positions.weight"]), "position_ids")
            return self.op("Add", tokens, positions)
        # The table of the head serves here too: a token's row is a column there, with a scale of its own.
        integer, scale = quantized(self.weights["tokens.weight"].T)
        columns = self.op("Gather", self.constant("head.int8", integer, np.int8), "input_ids", axis=1)
        rows = self.op("Cast", self.op("Transpose", columns, perm=[1, 2, 0]), to=TensorProto.FLOAT)
        scales = self.op("Unsqueeze", self.op("Gather", self.constant("head.scale", scale), "input_ids"), self.integers("axes_2", [2]))
        tokens = self.op("Mul", rows, scales)
        table = self.weights["positions.weight"]
        largest = np.abs(table).max() / 127  # only looked up, never multiplied: eight bits are safe
        integers = self.op("Gather", self.constant("positions.int8", np.round(table / largest), np.int8), "position_ids")
        positions = self.op("DequantizeLinear", integers, self.constant("positions.scale", largest), self.constant("zero_int8", 0, np.int8))
        return self.op("Add", tokens, positions)

    def split_heads(self, x):
        shape = self.integers("to_heads", [0, -1, self.config["n_head"], self.head_width])
        return self.op("Transpose", self.op("Reshape", x, shape), perm=[0, 2, 1, 3])

    def block(self, x, layer, mask):
        name, width = f"blocks.{layer}", self.config["n_embd"]
        qkv = self.linear(self.layer_norm(x, f"{name}.norm_1"), f"{name}.attention")
        query, key, value = map(self.split_heads, self.op("Split", qkv, self.integers("thirds", [width] * 3), outputs=3, axis=-1))
        keys = self.op("Concat", f"past_key_values.{layer}.key", key, out=f"present.{layer}.key", axis=2)
        values = self.op("Concat", f"past_key_values.{layer}.value", value, out=f"present.{layer}.value", axis=2)
        products = self.op("MatMul", query, self.op("Transpose", keys, perm=[0, 1, 3, 2]))
        scores = self.op("Add", self.op("Mul", products, self.constant("score_scale", self.head_width**-0.5)), mask)
        attended = self.op("Transpose", self.op("MatMul", self.op("Softmax", scores, axis=-1), values), perm=[0, 2, 1, 3])
        joined = self.op("Reshape", attended, self.integers("from_heads", [0, -1, width]))
        x = self.op("Add", x, self.linear(joined, f"{name}.projection"))
        hidden = self.gelu_new(self.linear(self.layer_norm(x, f"{name}.norm_2"), f"{name}.expand"))
        return self.op("Add", x, self.linear(hidden, f"{name}.contract"))

    def head(self, x):
        if self.q8:
            logits = self.matmul(x, "head", self.weights["tokens.weight"].T)
        else:
            logits = self.op("MatMul", x, self.op("Transpose", "tokens.weight", perm=[1, 0]))  # tied: stored once
        self.op("Identity", logits, out="logits")

    def build(self):
        x, mask = self.embeddings(), self.mask()
        for layer in range(self.config["n_layer"]):
            x = self.block(x, layer, mask)
        self.head(self.layer_norm(x, "norm"))
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
        opset_imports=[helper.make_opsetid("", 17)],
        producer_name="unmocked",
    )
    model.ir_version = 8  # no newer than opset 17 needs: every onnxruntime that knows the operators reads it
    onnx.checker.check_model(model)
    onnx.save(model, path)
