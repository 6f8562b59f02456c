"""Writes the files of the bundled model from BUILD/model.pt, and their digests.

    python3 export.py BUILD OUT [--weights model.pt]

OUT gets what transformers.js loads (config.json, generation_config.json, tokenizer.json, tokenizer_config.json,
onnx/model.onnx, onnx/model_quantized.onnx) and digests.json with the bytes and SHA-256 of each.
"""
import argparse
import hashlib
import json
import os

import torch

import onnx_graph
from model import CONFIG, GPT2
from tokenizer import END, load

# The form that conversation.py writes: a line break before every user line but the first, and none after a reply's end.
CHAT_TEMPLATE = (
    "{% for m in messages %}"
    "{% if m['role']=='system' %}{{ 'System: ' + m['content'] + '\n' }}"
    "{% elif m['role']=='user' %}{{ ('' if loop.first or messages[loop.index0-1]['role']=='system' else '\n') + 'User: ' + m['content'] + '\nAssistant:' }}"
    "{% else %}{{ ' ' + m['content'] + '<|endoftext|>' }}{% endif %}"
    "{% endfor %}"
)
MODEL_FILES = (
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx", "onnx/model_quantized.onnx",
)


def configuration(end):
    return {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "n_inner": None,
        "n_ctx": CONFIG["n_positions"],
        "attn_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "resid_pdrop": 0.0,
        "initializer_range": 0.02,
        "tie_word_embeddings": True,
        "use_cache": True,
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        **CONFIG,
    }


def generation_configuration(end):
    return {"bos_token_id": end, "eos_token_id": end, "pad_token_id": end, "max_new_tokens": 160, "do_sample": False}


def tokenizer_configuration():
    return {
        "tokenizer_class": "GPT2Tokenizer",
        "add_prefix_space": False,
        "bos_token": END,
        "eos_token": END,
        "unk_token": END,
        "pad_token": END,
        "model_max_length": CONFIG["n_positions"],
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }


def write_json(path, content):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")


def digest(path):
    with open(path, "rb") as file:
        content = file.read()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("out")
    parser.add_argument("--weights", default="model.pt")
    options = parser.parse_args()

    tokenizer = load(os.path.join(options.build, "merges.json"))
    state = torch.load(os.path.join(options.build, options.weights))
    model = GPT2()
    model.load_state_dict(state.get("model", state))
    weights = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}

    path = lambda name: os.path.join(options.out, name)
    os.makedirs(path("onnx"), exist_ok=True)
    write_json(path("config.json"), configuration(tokenizer.end))
    write_json(path("generation_config.json"), generation_configuration(tokenizer.end))
    write_json(path("tokenizer_config.json"), tokenizer_configuration())
    tokenizer.save(path("tokenizer.json"))
    onnx_graph.save(CONFIG, weights, path("onnx/model.onnx"))
    onnx_graph.save(CONFIG, weights, path("onnx/model_quantized.onnx"), q8=True)
    digests = {name: digest(path(name)) for name in MODEL_FILES}
    write_json(path("digests.json"), {"files": digests})
    for name, of in digests.items():
        print(f"{of['bytes']:9,} bytes  {of['sha256']}  {name}")


if __name__ == "__main__":
    main()
