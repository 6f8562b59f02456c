"""Prompts whose fillers were never in training, and the right replies.

    python3 held_out.py BUILD OUT.json [--each 200] [--replies] [--only SKILL ...]

Each item has `skill`, `messages`, `tools`, `expected` (the right replies, as the model writes them) and `ids` (the prompt
as the training tokenized it). With --replies it also has `reply_ids`, PyTorch's greedy reply in float32, the end token
included, and the accuracy of each skill is printed. evaluate.mjs asks the exported model the same.
"""
import argparse
import json
import os

import skills
from conversation import STYLED, as_messages, roughen, system_text
from dialect import END, prompt, reply_text
from skills import Memory, tool_catalogue
from tokenizer import load
from words import Fillers

SEED = 4242
OTHERS = (skills.greet, skills.repeat, skills.count, skills.add, skills.closed_set, skills.unknown, skills.think, skills.party)
PERSONA, TOOLS, STYLE = ("persona", "persona and style"), ("tools", "tools", "persona and tools"), ("style", "persona and style")
NO_STYLE = ("none", "none", "generic", "persona", "tools")
FAR = 200  # tokens between a name and the question for it, at the least, in `recall_name_far`


def ask(skill):
    """A case in which nothing has to be established before the message. Cases give (turns before, the turn asked for)."""
    return lambda f, memory, tokenizer: ([], skill(f, memory))


def draws(skill, name):
    """As `ask`, drawing until the skill gives a turn of that name."""

    def case(f, memory, tokenizer):
        while True:
            turn = skill(f, memory)
            if turn.skill == name:
                return [], turn

    return case


def between(f, memory, count):
    return [f.random.choice(OTHERS)(f, memory) for _ in range(count)]


def name_told(f, memory, tokenizer):
    told = skills.tell_name(f, memory)
    return [told, *between(f, memory, f.random.choice((1, 2, 3)))], skills.recall_name(f, memory)


def name_told_long_ago(f, memory, tokenizer):
    told, others = skills.tell_name(f, memory), []
    while len(tokenizer.encode(prompt(as_messages(None, others)))) < FAR:
        others += between(f, memory, 1)
    return [told, *others], skills.recall_name(f, memory)


def facts_told(f, memory, tokenizer):
    """Two or three turns that tell facts, some of them corrected, then the question for one."""
    told = [skills.remember(f, memory) for _ in range(f.random.choice((2, 3)))]
    return told + between(f, memory, f.random.choice((0, 1))), recall_told(f, memory)


def fact_corrected(f, memory, tokenizer):
    told = [skills.remember(f, memory)]
    corrected = skills.correct_fact(f, memory)
    value = corrected.reply.rsplit(" is ", 1)[1]
    key = corrected.reply.split("that your ", 1)[1].rsplit(" is ", 1)[0]
    memory.facts = {key: value.removesuffix(".")}
    return told + [corrected] + between(f, memory, f.random.choice((0, 1, 2))), recall_told(f, memory)


def recall_told(f, memory):
    while True:
        turn = skills.recall(f, memory)
        if turn.skill == "recall":
            return turn


def tool_called(f, memory, tokenizer):
    call = (skills.two_calls if f.chance(0.2) else skills.one_call)(f, memory)
    return [call], skills.tool_result(f, memory)


def new_kind_of_tool(f, memory, tokenizer):
    """Among the tools is one of a kind that training never offered, and it is the one to call."""
    tool = f.random.choice(tool_catalogue.HELD_OUT).draw(f)
    memory.tools = [other for other in memory.tools[:3] if other.name != tool.name] + [tool]
    f.random.shuffle(memory.tools)
    return [], skills.one_call(f, memory, tool)


def argument_given(f, memory, tokenizer):
    while not memory.asked:
        memory.tools = skills.draw_tools(f)
        asked = skills.missing_argument(f, memory)
    return [asked], skills.argument_given(f, memory)


def argument_missing(f, memory, tokenizer):
    while True:
        turn = skills.missing_argument(f, memory)
        if turn.skill == "missing_argument":
            return [], turn
        memory.tools, memory.called = skills.draw_tools(f), None


def styled(name):
    """One to four turns in a style; the last is asked for."""

    def case(f, memory, tokenizer):
        turns = []
        for _ in range(f.random.choice((1, 2, 3, 4))):
            while True:
                turn = memory.style.apply(f.random.choice(STYLED)(f, memory))
                if turn:
                    break
            turns.append(turn)
        return turns[:-1], turns[-1]

    case.style = name
    return case


# Each skill's system turns to choose from, and its case.
CASES = {
    "greet": (NO_STYLE, ask(skills.greet)),
    "validate": (NO_STYLE, ask(skills.validate)),
    "repeat": (NO_STYLE, ask(skills.repeat)),
    "repeat_unicode": (NO_STYLE, ask(skills.repeat_unicode)),
    "tell_name": (NO_STYLE, ask(skills.tell_name)),
    "recall_name": (NO_STYLE, name_told),
    "recall_name_far": (NO_STYLE, name_told_long_ago),
    "name_not_told": (("none", "persona"), ask(skills.recall_name)),
    "persona": (("persona",), ask(skills.persona)),
    "count": (NO_STYLE, ask(skills.count)),
    "add": (NO_STYLE, draws(skills.add, "add")),
    "think": (NO_STYLE, ask(skills.think)),
    "fact": (NO_STYLE, ask(skills.fact)),
    "closed_set": (NO_STYLE, ask(skills.closed_set)),
    "story": (NO_STYLE, ask(skills.story)),
    "party_who": (NO_STYLE, ask(skills.party_who)),
    "party_value": (NO_STYLE, ask(skills.party_value)),
    "party_count": (NO_STYLE, ask(skills.party_count)),
    "party_other": (NO_STYLE, ask(skills.party_other)),
    "no_tool_fits": (("none", "persona", "tools"), lambda f, memory, tokenizer: ([], skills.no_tool_fits(f, memory))),
    "unknown": (NO_STYLE, ask(skills.unknown)),
    "tool_result": (TOOLS, tool_called),
    # What is new.
    "tool_call": (TOOLS, ask(skills.one_call)),
    "new_kind_of_tool": (TOOLS, new_kind_of_tool),
    "two_calls": (TOOLS, draws(skills.two_calls, "two_calls")),
    "missing_argument": (TOOLS, argument_missing),
    "argument_given": (TOOLS, argument_given),
    "fill_schema": (NO_STYLE, ask(skills.fill_schema)),
    "extract_keys": (NO_STYLE, ask(skills.extract_keys)),
    "schema_in_system": (skills.schema_in_system, None),
    "classify": (NO_STYLE, ask(skills.classify)),
    "labels_in_system": (skills.labels_in_system, None),
    "from_passage": (NO_STYLE, draws(skills.from_passage, "from_passage")),
    "not_in_passage": (NO_STYLE, draws(skills.from_passage, "not_in_passage")),
    "passage_in_system": (skills.passage_in_system, None),
    "summarize": (NO_STYLE, ask(skills.summarize)),
    "remember": (NO_STYLE, ask(skills.remember)),
    "recall": (NO_STYLE, facts_told),
    "recall_corrected": (NO_STYLE, fact_corrected),
    "fact_not_told": (("none", "persona"), draws(skills.recall, "fact_not_told")),
    "add_to_100": (NO_STYLE, draws(skills.add, "add_to_100")),
    "compare": (NO_STYLE, ask(skills.compare)),
    "count_items": (NO_STYLE, ask(skills.count_items)),
    "party_member": (NO_STYLE, ask(skills.party_member)),
    "itself": (NO_STYLE, ask(skills.itself)),
    "style_upper": (STYLE, styled("upper")),
    "style_one_word": (STYLE, styled("one_word")),
    "style_json": (STYLE, styled("json")),
    "style_ending": (STYLE, styled("ending")),
    "style_start": (STYLE, styled("start")),
}


def expected_replies(turn):
    """More than one where the reply is a choice among what was learnt by heart."""
    if turn.skill == "fact":
        return list(skills.FACTS)
    if turn.skill == "story":
        named = [hero for hero in skills.HEROES if hero in turn.user]
        return [story.format(hero) for story in skills.STORIES for hero in named or skills.HEROES]
    return [reply_text(turn.answer())]


def make_item(case, seed, tokenizer):
    systems, turns_of = CASES[case]
    f, memory = Fillers(seed, held_out=True), Memory()
    if turns_of is None:
        system, turns = systems(f)
        before, asked = turns[:-1], turns[-1]
    else:
        system = system_text(f, memory, f.random.choice(systems))
        style = getattr(turns_of, "style", None)
        while style and memory.style.name != style:
            memory = Memory()
            system = system_text(f, memory, f.random.choice(systems))
        alone = case.startswith(("recall", "style")) or memory.style
        others = [] if alone else between(f, memory, f.random.choice((0, 0, 1, 1, 2)))
        before, asked = turns_of(f, memory, tokenizer)
        before, asked = others + before, roughen(f, asked)
    messages = as_messages(system, [*before, asked])[:-1]
    tools = [tool.definition for tool in memory.tools]
    return {"skill": case, "messages": messages, "tools": tools, "expected": expected_replies(asked), "ids": tokenizer.encode(prompt(messages, tools))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("out")
    parser.add_argument("--each", type=int, default=200, help="prompts for each skill")
    parser.add_argument("--replies", action="store_true", help="let PyTorch reply too, with BUILD/checkpoint.pt")
    parser.add_argument("--only", nargs="*", help="skills; all if left out")
    options = parser.parse_args()

    tokenizer = load(os.path.join(options.build, "merges.json"))
    if options.replies:
        import torch

        from model import restore

        torch.set_num_threads(1)
        model, end = restore(os.path.join(options.build, "checkpoint.pt")), tokenizer.ids[END]
    items = []
    for case_number, case in enumerate(CASES):
        if options.only and case not in options.only:
            continue
        right, wrong, number = 0, [], 0
        made = []
        while len(made) < options.each:
            item = make_item(case, SEED * 1_000_000 + case_number * 10_000 + number, tokenizer)
            number += 1
            if len(item["ids"]) < 900:
                made.append(item)
        for item in made if options.replies else ():
            item["reply_ids"] = model.generate(item["ids"], end)
            reply = tokenizer.decode(item["reply_ids"])
            if reply.removesuffix(END) in item["expected"] and reply.endswith(END):
                right += 1
            else:
                wrong.append((item["messages"][-1]["content"], reply, item["expected"][0]))
        if options.replies:
            print(f"{case:16s} {right}/{options.each}", *(f"\n    {a!r} -> {b!r}, not {c!r}" for a, b, c in wrong[:3]), flush=True)
        items += made
    with open(options.out, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items) + "\n]\n")


if __name__ == "__main__":
    main()
