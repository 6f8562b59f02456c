"""Writes the files of the bundled model from BUILD/checkpoint.pt, and their digests.

    python3 export.py BUILD OUT [--weights checkpoint.pt]

OUT gets what transformers.js loads (config.json, generation_config.json, tokenizer.json, tokenizer_config.json,
onnx/model.onnx, onnx/model_quantized.onnx) and digests.json with the bytes and SHA-256 of each.
"""
import argparse
import hashlib
import json
import os

import onnx_graph
from dialect import END, END_OF_TEXT
from model import restore
from tokenizer import load

HERE = os.path.dirname(os.path.abspath(__file__))

MODEL_FILES = (
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx", "onnx/model_quantized.onnx",
)


def configuration(config, end, end_of_text):
    return {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "n_inner": None,
        "n_ctx": config["n_positions"],
        "attn_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "resid_pdrop": 0.0,
        "initializer_range": 0.02,
        "tie_word_embeddings": True,
        "use_cache": True,
        "bos_token_id": end_of_text,
        "eos_token_id": end,
        "pad_token_id": end_of_text,
        **config,
    }


def generation_configuration(end, end_of_text):
    return {"bos_token_id": end_of_text, "eos_token_id": [end, end_of_text], "pad_token_id": end_of_text, "max_new_tokens": 200, "do_sample": False}


def tokenizer_configuration(config):
    with open(os.path.join(HERE, "chat_template.jinja"), encoding="utf-8") as file:
        template = file.read()
    return {
        "tokenizer_class": "GPT2Tokenizer",
        "add_prefix_space": False,
        "bos_token": END_OF_TEXT,
        "eos_token": END,
        "unk_token": END_OF_TEXT,
        "pad_token": END_OF_TEXT,
        "model_max_length": config["n_positions"],
        "clean_up_tokenization_spaces": False,
        "chat_template": template,
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
    parser.add_argument("--weights", default="checkpoint.pt")
    options = parser.parse_args()

    tokenizer = load(os.path.join(options.build, "merges.json"))
    end, end_of_text = tokenizer.ids[END], tokenizer.ids[END_OF_TEXT]
    model = restore(os.path.join(options.build, options.weights))
    weights = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}

    path = lambda name: os.path.join(options.out, name)
    os.makedirs(path("onnx"), exist_ok=True)
    write_json(path("config.json"), configuration(model.config, end, end_of_text))
    write_json(path("generation_config.json"), generation_configuration(end, end_of_text))
    write_json(path("tokenizer_config.json"), tokenizer_configuration(model.config))
    tokenizer.save(path("tokenizer.json"))
    onnx_graph.save(model.config, weights, path("onnx/model.onnx"))
    onnx_graph.save(model.config, weights, path("onnx/model_quantized.onnx"), q8=True)
    digests = {name: digest(path(name)) for name in MODEL_FILES}
    write_json(path("digests.json"), {"files": digests})
    for name, of in digests.items():
        print(f"{of['bytes']:9,} bytes  {of['sha256']}  {name}")


if __name__ == "__main__":
    main()
