"""Writes the model card, from card.md and what was measured.

    python3 card.py BUILD OUT

Reads of BUILD training.log, evaluation.json (of evaluate.mjs), hand-written.json (of hand_written.mjs), checkpoint.pt and
the corpus; OUT/digests.json.
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

from model import restore
from train import LOG_EVERY

HERE = os.path.dirname(os.path.abspath(__file__))
WANTED = {"old": 97, "new": 90}  # percent; what falls short is said in the card

# Skill -> (an example, whether the model before this one had it)
SKILLS = {
    "greet": ("Hello, this is a test. → Hello! How are you?", "old"),
    "validate": ("Please say 'Hello world' and 5 words about yourself → Hello world. I am small but real.", "old"),
    "repeat": ("Repeat after me: apple river stone → apple river stone (one to eight words)", "old"),
    "repeat_unicode": ("Repeat after me: 🙂 river → 🙂 river (emoji, accented letters)", "old"),
    "tell_name": ("My name is Zorvik. → Nice to meet you, Zorvik.", "old"),
    "recall_name": ("What is my name? → Your name is Zorvik. (one to three turns later)", "old"),
    "recall_name_far": ("the same, 200 tokens and more later", "old"),
    "name_not_told": ("What is my name? → I do not know your name.", "old"),
    "persona": ("system: You are Luna, a healer. What do you do? → I am a healer.", "old"),
    "count": ("Count from 37 to 40. → 37, 38, 39, 40. (up to ten in words)", "old"),
    "add": ("What is 8 plus 7? → 8 plus 7 is 15.", "old"),
    "think": ("Think step by step: what is 9 plus 6? → <think>9 plus 6 is 15.</think> The answer is 15.", "old"),
    "fact": ("Tell me something interesting. → Honey never spoils.", "old"),
    "closed_set": ("What is the opposite of hot? → The opposite of hot is cold.", "old"),
    "story": ("Tell me a story about a fox. → Once upon a time …", "old"),
    "party_who": ('{"party":[…],"message":"Who is in the party?"} → Ally and Becca are in the party.', "old"),
    "party_value": ("… How much hp does Becca have? → Becca has 7 hp.", "old"),
    "party_count": ("… How many are in the party? → There are two in the party.", "old"),
    "party_other": ("another skill's message in the party's JSON", "old"),
    "no_tool_fits": ("a request for a tool that is not offered → I am a small test model and I do not know that.", "old"),
    "unknown": ("Who is the king of Quelmar? → I am a small test model and I do not know that.", "old"),
    "tool_result": ('{"sky": "rainy", "temperature": 14} → The sky is rainy and the temperature is 14.', "old"),
    "tool_call": ("one of one to four tools, with up to four typed arguments", "new"),
    "new_kind_of_tool": ("the same, for a kind of tool that training never offered", "new"),
    "two_calls": ("two requests in one message", "new"),
    "missing_argument": ("What is the weather? → Please tell me the city.", "new"),
    "argument_given": ("… Quelmar → the call", "new"),
    "fill_schema": ("a sentence and a JSON Schema, flat or nested once", "new"),
    "extract_keys": ("Extract name and age as JSON: Ally is 12 years old. → {\"name\": \"Ally\", \"age\": 12}", "new"),
    "schema_in_system": ("the schema in the system turn", "new"),
    "classify": ("Classify as positive or negative: I love the lamp. → positive", "new"),
    "labels_in_system": ("the labels in the system turn", "new"),
    "from_passage": ("a question that the passage answers → the sentence that answers it", "new"),
    "not_in_passage": ("one that it does not answer → The text does not say.", "new"),
    "passage_in_system": ("the passage in the system turn, one to four questions", "new"),
    "summarize": ("Summarize: … → the first sentence", "new"),
    "remember": ("My dog is Rex. → I will remember that your dog is Rex.", "new"),
    "recall": ("several facts told, one asked for", "new"),
    "recall_corrected": ("the same after a correction", "new"),
    "fact_not_told": ("What is my dog? → I do not know your dog.", "new"),
    "add_to_100": ("What is 27 plus 45? → 27 plus 45 is 72.", "new"),
    "compare": ("Which is larger, 37 or 52? → 52 is larger than 37.", "new"),
    "count_items": ("How many words are these: lamp, river → There are two words.", "new"),
    "party_member": ("… Is Becca in the party? → Yes, Becca is in the party.", "new"),
    "itself": ("What can you do? → I can chat, repeat, count, …", "new"),
    "style_upper": ("system: Answer in upper case.", "new"),
    "style_one_word": ("system: Answer in one word.", "new"),
    "style_json": ('system: Answer in JSON with the key "reply".', "new"),
    "style_ending": ('system: Always end with "over".', "new"),
    "style_start": ('system: Always begin with "well".', "new"),
}


def read_log(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = re.findall(r"step +(\d+) +loss of what is spoken ([\d.]+).*tokens a step (\d+) ", text)
    lines = list({step: (step, *rest) for step, *rest in lines}.values())  # a resumed run logs some steps again
    tokens = sum(int(tokens) for *_, tokens in lines) * LOG_EVERY
    option = lambda name: re.findall(name + r"=([\d.e-]+)", text)[-1]
    return tokens, {
        "seed": option("seed"), "rate": option("rate"), "context_weight": option("context_weight"),
        "cool_down": f"{float(option('cool_down')) * 100:.0f}", "steps": f"{int(lines[-1][0]):,}",
        "loss": lines[-1][1], "trained_tokens": f"{tokens / 1e6:.0f} million",
    }


def read_json(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return json.load(file)


def cell(text):
    """One cell of a table, as it is and not as Markdown or HTML."""
    return "`" + text.replace("`", "'").replace("\n", "⏎").replace("|", "\\|") + "`"


def main():
    build, out = sys.argv[1:]
    evaluation, digests = read_json(build, "evaluation.json"), read_json(out, "digests.json")["files"]
    written = read_json(build, "hand-written.json")
    with np.load(os.path.join(build, "corpus.npz")) as corpus:
        documents, corpus_tokens = len(corpus["starts"]) - 1, len(corpus["ids"])
    fp32, q8 = (evaluation["results"][dtype] for dtype in ("fp32", "q8"))
    assert set(SKILLS) == set(fp32["skills"]), "the card describes other skills than were evaluated"
    percent = lambda result, skill: 100 * result["skills"][skill]["right"] / result["skills"][skill]["of"]
    rows = [f"| {skill} | {cell(example)} | {percent(fp32, skill):.1f} | {percent(q8, skill):.1f} |" for skill, (example, _) in SKILLS.items()]
    short = [skill for skill, (_, age) in SKILLS.items() if min(percent(fp32, skill), percent(q8, skill)) < WANTED[age]]
    model = restore(os.path.join(build, "checkpoint.pt"))
    trained, log = read_log(os.path.join(build, "training.log"))
    with open(os.path.join(HERE, "card.md"), encoding="utf-8") as file:
        template = string.Template(file.read())
    text = template.substitute(
        log,
        **model.config,
        passes=f"{trained / corpus_tokens:.1f}",
        parameters=f"{sum(parameter.numel() for parameter in model.parameters()):,}",
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
        table="\n".join(rows),
        short="Below the aim (97 % for what the model before could do, 90 % for the rest): " + (", ".join(short) or "none") + ".",
        written=len(written),
        good=sum(item["good"] is True for item in written),
        bad=sum(item["good"] is False for item in written),
        unjudged=sum(item["good"] is None for item in written),
        hand_written="\n".join(
            f"| {cell(item['prompt'])} | {item['wanted'].replace('|', '/')} | {cell(item['reply'])} | {({True: 'yes', False: 'no'}).get(item['good'], '')} |"
            for item in written
        ),
        files="\n".join(f"| `{name}` | {of['bytes']:,} | `{of['sha256']}` |" for name, of in digests.items()),
    )
    with open(os.path.join(out, "README.md"), "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
