"""Writes the model card, from card.md and what was measured.

    python3 card.py BUILD OUT

Reads training.log beside this file, BUILD/evaluation.json (of evaluate.mjs), OUT/digests.json and the corpus.
"""
import json
import os
import platform
import re
import string
import sys

import numpy as np
import onnx
import torch

from model import GPT2

HERE = os.path.dirname(os.path.abspath(__file__))
BY_HEART, NEW = "by heart", "new"

# Skill -> (an example, whether its prompts' fillers are new)
SKILLS = {
    "greet": ("Hello, this is a test. → Hello! How are you?", BY_HEART),
    "validate": ("Please say 'Hello world' and 5 words about yourself → Hello world. I am small but real.", BY_HEART),
    "repeat": ("Repeat after me: apple river stone → apple river stone (one to eight words)", NEW),
    "repeat_unicode": ("Repeat after me: 🙂 river → 🙂 river (emoji, accented letters)", NEW),
    "tell_name": ("My name is Zorvik. → Nice to meet you, Zorvik.", NEW),
    "recall_name": ("What is my name? → Your name is Zorvik. (one to three turns later)", NEW),
    "recall_name_far": ("the same, 150 tokens and more later", NEW),
    "name_not_told": ("What is my name? → I do not know your name.", BY_HEART),
    "persona": ("System: You are Luna, a healer. What do you do? → I am a healer.", NEW),
    "count": ("Count from 3 to 5. → Three, four, five.", BY_HEART),
    "add": ("What is 8 plus 7? → 8 plus 7 is 15.", BY_HEART),
    "think": ("Think step by step: what is 9 plus 6? → <think>9 plus 6 is 15.</think>The answer is 15.", BY_HEART),
    "fact": ("Tell me something interesting. → Honey never spoils.", BY_HEART),
    "closed_set": ("What is the opposite of hot? → The opposite of hot is cold.", BY_HEART),
    "story": ("Tell me a story about a fox. → Once upon a time …", BY_HEART),
    "party_who": ("… Who is in the party? → Ally and Becca are in the party.", NEW),
    "party_hp": ("… How much hp does Becca have? → Becca has 7 hp.", NEW),
    "party_count": ("… How many are in the party? → There are two in the party.", NEW),
    "party_other": ("another skill's message in the party's JSON", NEW),
    "tool_call": ("What is the weather in Quelmar? → TOOL_CALL: get_weather(city=Quelmar)", NEW),
    "tool_result": ("TOOL_RESULT: rainy, 14 degrees → The weather in Quelmar is rainy, 14 degrees.", NEW),
    "no_tool_fits": ("What is the weather in Quelmar? → I do not know. (no tool offered, or others)", NEW),
    "unknown": ("Who is the king of Quelmar? → I do not know.", NEW),
}


def read_log(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = re.findall(r"step +(\d+) +loss of what is spoken ([\d.]+).*tokens a step (\d+) +(\d+) ms", text)
    every = int(lines[1][0]) - int(lines[0][0])
    return {
        "seed": re.search(r"seed (\d+)", text)[1],
        "steps": f"{int(lines[-1][0]):,}",
        "loss": lines[-1][1],
        "trained_tokens": f"{sum(int(tokens) for *_, tokens, _ in lines) * every / 1e6:.0f} million",
        "minutes": f"{sum(int(milliseconds) for *_, milliseconds in lines) * every / 60e3:.0f}",
    }


def main():
    build, out = sys.argv[1:]
    with open(os.path.join(build, "evaluation.json"), encoding="utf-8") as file:
        evaluation = json.load(file)
    with open(os.path.join(out, "digests.json"), encoding="utf-8") as file:
        digests = json.load(file)["files"]
    with np.load(os.path.join(build, "corpus.npz")) as corpus:
        documents, corpus_tokens = len(corpus["starts"]) - 1, len(corpus["ids"])
    fp32, q8 = (evaluation["results"][dtype] for dtype in ("fp32", "q8"))
    assert set(SKILLS) == set(fp32["skills"]), "the card describes other skills than were evaluated"
    escaped = lambda text: text.replace("<think>", "`<think>`").replace("</think>", "`</think>`")
    rows = [
        f"| {skill} | {escaped(example)} | {kind} | {fp32['skills'][skill]['right']} | {q8['skills'][skill]['right']} |"
        for skill, (example, kind) in SKILLS.items()
    ]
    with open(os.path.join(HERE, "card.md"), encoding="utf-8") as file:
        template = string.Template(file.read())
    text = template.substitute(
        read_log(os.path.join(HERE, "training.log")),
        parameters=f"{sum(parameter.numel() for parameter in GPT2().parameters()):,}",
        documents=f"{documents:,}",
        corpus_tokens=f"{corpus_tokens / 1e6:.1f} million",
        python=platform.python_version(),
        torch=torch.__version__,
        numpy=np.__version__,
        onnx=onnx.__version__,
        transformers=evaluation["versions"]["transformers"],
        each=fp32["skills"]["repeat"]["of"],
        prompts=f"{fp32['prompts']:,}",
        tokenized=f"{fp32['tokenizedAlike']:,}",
        alike_fp32=f"{fp32['repliedAlike']:,}",
        alike_q8=f"{q8['repliedAlike']:,}",
        table="\n".join(rows),
        files="\n".join(f"| `{name}` | {of['bytes']:,} | `{of['sha256']}` |" for name, of in digests.items()),
    )
    with open(os.path.join(out, "README.md"), "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
