"""Prompts whose fillers were never in training, what a right reply is, and what PyTorch replies.

    python3 held_out.py BUILD OUT.json [--each 100]

Each item has `skill`, `prompt`, `expected` (the right replies, trimmed), `ids` (the prompt as the training tokenized it)
and `reply_ids` (PyTorch's greedy reply in float32, the end token included). The message asked about follows none to
three turns of other skills. evaluate.mjs reads it and asks the exported model the same.
"""
import argparse
import json
import os

import torch

import skills
from conversation import prompt, system_line
from model import GPT2
from skills import TOOL_KINDS, Memory
from tokenizer import load
from words import Fillers

SEED = 4242
OTHERS = (skills.greet, skills.repeat, skills.count, skills.add, skills.closed_set, skills.unknown, skills.think, skills.party)
PERSONA = ("persona", "persona", "persona and tools")
TOOLS = ("tools", "tools", "persona and tools")
FAR = 150  # tokens between a name and the question for it, at the least, in `recall_name_far`


def ask(skill):
    """A case in which nothing has to be established before the message. Cases give (turns before, the turn asked for)."""
    return lambda f, memory, tokenizer: ([], skill(f, memory))


def name_told(f, memory, tokenizer):
    told = skills.tell_name(f, memory)
    between = [f.random.choice(OTHERS)(f, memory) for _ in range(f.random.choice((1, 2, 3)))]
    return [told, *between], skills.recall_name(f, memory)


def name_told_long_ago(f, memory, tokenizer):
    told = skills.tell_name(f, memory)
    between = []
    while len(tokenizer.encode(prompt(None, between, ""))) < FAR:
        between.append(f.random.choice(OTHERS + (skills.story, skills.fact))(f, memory))
    return [told, *between], skills.recall_name(f, memory)


def tool_offered(f, memory, tokenizer):
    return [], skills.ask_for(f, memory, f.random.choice(memory.tools))


def tool_called(f, memory, tokenizer):
    call = skills.ask_for(f, memory, f.random.choice(memory.tools))
    return [call], skills.tool_result(f, memory)


def no_tool(f, memory, tokenizer):
    """Either there are no tools, or there are others."""
    offered = [tool.kind for tool in memory.tools]
    kind = f.random.choice([kind for kind in TOOL_KINDS if kind not in offered])
    return [], skills.ask_for(f, memory, kind.draw(f))


# Each skill's system lines to choose from, None for any, and its case.
CASES = {
    "greet": (None, ask(skills.greet)),
    "validate": (None, ask(skills.validate)),
    "repeat": (None, ask(skills.repeat)),
    "repeat_unicode": (None, ask(skills.repeat_unicode)),
    "tell_name": (None, ask(skills.tell_name)),
    "recall_name": (None, name_told),
    "recall_name_far": (None, name_told_long_ago),
    "name_not_told": (("none", "persona"), ask(skills.recall_name)),
    "persona": (PERSONA, ask(skills.persona)),
    "count": (None, ask(skills.count)),
    "add": (None, ask(skills.add)),
    "think": (None, ask(skills.think)),
    "fact": (None, ask(skills.fact)),
    "closed_set": (None, ask(skills.closed_set)),
    "story": (None, ask(skills.story)),
    "party_who": (None, ask(skills.party_who)),
    "party_hp": (None, ask(skills.party_hp)),
    "party_count": (None, ask(skills.party_count)),
    "party_other": (None, ask(skills.party_other)),
    "tool_call": (TOOLS, tool_offered),
    "tool_result": (TOOLS, tool_called),
    "no_tool_fits": (("none", "persona", "tools"), no_tool),
    "unknown": (None, ask(skills.unknown)),
}


def expected_replies(turn):
    """More than one where the reply is a choice among what was learnt by heart."""
    if turn.skill == "fact":
        return list(skills.FACTS)
    if turn.skill == "story":
        named = [hero for hero in skills.HEROES if hero in turn.user]
        return [story.format(hero) for story in skills.STORIES for hero in named or skills.HEROES]
    return [turn.reply]


def make_item(case, seed, tokenizer):
    systems, turns_of = CASES[case]
    f, memory = Fillers(seed, held_out=True), Memory()
    system = system_line(f, memory, f.random.choice(systems) if systems else None)
    others = [f.random.choice(OTHERS)(f, memory) for _ in range(f.random.choice((0, 0, 1, 1, 2, 3)))]
    before, asked = turns_of(f, memory, tokenizer)
    text = prompt(system, before if case.startswith("recall") else others + before, asked.user)
    return {"skill": case, "prompt": text, "expected": expected_replies(asked), "ids": tokenizer.encode(text)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("out")
    parser.add_argument("--each", type=int, default=100, help="prompts for each skill")
    parser.add_argument("--weights", default="model.pt", help="in BUILD; checkpoint.pt will do while training goes on")
    options = parser.parse_args()

    torch.set_num_threads(1)
    tokenizer = load(os.path.join(options.build, "merges.json"))
    weights = torch.load(os.path.join(options.build, options.weights))
    model = GPT2()
    model.load_state_dict(weights.get("model", weights))
    model.eval()

    items = []
    for case_number, case in enumerate(CASES):
        right, wrong = 0, []
        for number in range(options.each):
            item = make_item(case, SEED * 1_000_000 + case_number * 10_000 + number, tokenizer)
            item["reply_ids"] = model.generate(item["ids"], tokenizer.end)
            reply = tokenizer.decode(item["reply_ids"]).strip()
            if item["reply_ids"][-1] == tokenizer.end and reply in item["expected"]:
                right += 1
            else:
                message = item["prompt"].rsplit("User: ", 1)[1].removesuffix("\nAssistant:")
                wrong.append((message, reply))
            items.append(item)
        print(f"{case:16s} {right}/{options.each}", *(f"\n    {message!r} -> {reply!r}" for message, reply in wrong[:3]), flush=True)
    with open(options.out, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items) + "\n]\n")


if __name__ == "__main__":
    main()
