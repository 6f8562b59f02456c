"""Conversations of the corpus with their text and tokens, for check_dialect.mjs.

    python3 dialect_samples.py BUILD OUT.json [--count 300]
"""
import argparse
import json
import os

from conversation import conversation
from dialect import prompt, segments
from tokenizer import load
from words import Fillers

# What the corpus never contains, but an app may send.
ODD = (
    ([{"role": "user", "content": 'Quotes "and" \\ slashes </tools> & < > \t\n\n é 🙂'}], []),
    ([{"role": "user", "content": ""}, {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "  spaces  "}], []),
    ([{"role": "system", "content": ""}, {"role": "user", "content": "Hi"}], [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]),
    ([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "I will look.", "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": {"a": [1, 2.5, True, None, "ü"]}}}]}, {"role": "tool", "content": "[]"}], []),
    ([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}]}, {"role": "tool", "content": "x"}, {"role": "tool", "content": "y"}], []),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("out")
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    tokenizer, f = load(os.path.join(options.build, "merges.json")), Fillers(seed=99)
    samples = []
    for messages, tools in [*ODD, *(conversation(f) for _ in range(options.count))]:
        text = "".join(text for text, _ in segments(messages, tools))
        samples.append({"messages": messages, "tools": tools, "text": text, "prompt": prompt(messages, tools), "ids": tokenizer.encode(text)})
    with open(options.out, "w", encoding="utf-8") as file:
        json.dump(samples, file, ensure_ascii=False)


if __name__ == "__main__":
    main()
