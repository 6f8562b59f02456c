"""Puts skills together: a system turn, then turns whose choice depends on what the conversation has established."""
import skills
from dialect import segments
from skills import Memory, Turn, with_article
from words import Fillers

# How often each skill is drawn, before the conversation's state has its say (see `next_turn`). Copying and recalling are
# the core of what the product asserts, and the hardest to learn.
MIXTURE = {
    skills.greet: 3, skills.validate: 2, skills.repeat: 12, skills.repeat_unicode: 4, skills.tell_name: 4, skills.recall_name: 8,
    skills.persona: 5, skills.count: 5, skills.count_items: 6, skills.add: 16, skills.compare: 8, skills.think: 7, skills.fact: 3,
    skills.party: 18, skills.closed_set: 4, skills.unknown: 5, skills.itself: 3, skills.story: 1, skills.remember: 12,
    skills.recall: 8, skills.structured: 20, skills.classify: 11, skills.passage: 10,
}
# What a style can be applied to.
STYLED = (
    skills.greet, skills.persona, skills.add, skills.compare, skills.closed_set, skills.count_items, skills.recall_name,
    skills.tell_name, skills.recall, skills.remember, skills.unknown, skills.itself, skills.repeat,
)

GENERIC = ("You are a helpful assistant.", "You are a small chat model.", "You are a helpful assistant. Be brief.", "Answer the user.")
PERSONAS = (
    "You are {name}, {a_role}.", "You are {a_role} named {name}.", "Your name is {name}. You are {a_role}.",
    "You are {name} the {role}.", "You are {name}. You are {a_role}.", "You play {name}, {a_role}.",
    "Your name is {name} and you are {a_role}.", "You are {a_role} called {name}.", "You are {a_role} with the name {name}.",
    "Act as {name}, {a_role}.", "You are the {role} {name}.", "Pretend to be {name}, {a_role}.",
)
HOMES = (" You live in {city}.", " Your home is {city}.")
ADVICE = (
    "Be brief.", "Keep your answers short.", "You like tea.", "Answer in one sentence.", "You are friendly.",
    "You help the user.", "Always be polite.", "You never lie.", "Stay in character.", "Speak English.",
)
DISTRACTIONS = (
    "You like {word}.", "You have a {word} and a {word2}.", "You hate {word} and love {word2}.", "You are {word} and {word2}.",
    "Your best friend is {name}.", "You know {name} well.", "You work near the {word}.", "You carry a {word}.",
    "The {word} is {word2}.", "You never speak about the {word}.", "Yesterday you saw {name} at the {word}.",
)
INTERJECTIONS = ("Hey, ", "OK, ", "Well, ", "Now, ", "Please: ", "So, ", "Good. ")
# What the system turn sets up, and how often.
SYSTEM_KINDS = {
    "none": 40, "generic": 5, "persona": 11, "tools": 22, "persona and tools": 3, "style": 12, "persona and style": 5, "passage": 3,
    "labels": 5, "schema": 3,
}


def system_text(f, memory, kind):
    """Text of the system turn, or None; notes in `memory` who the assistant is, its tools and its style."""
    if kind == "none":
        return None
    parts = []
    if kind == "generic":
        parts.append(f.random.choice(GENERIC))
    if "persona" in kind:
        parts.append(draw_persona(f, memory))
    if kind in ("tools", "style") and f.chance(0.3):
        parts.append("You are a helpful assistant.")
    for _ in range(f.random.choice((0, 0, 0, 1, 1, 2))):
        distraction = f.random.choice(DISTRACTIONS).format(word=f.word(), word2=f.word(), name=f.name())
        parts.append(f.random.choice(ADVICE) if f.chance(0.5) else distraction)
    if "tools" in kind:
        memory.tools = skills.draw_tools(f)
    if "style" in kind:
        memory.style = skills.draw_style(f)
        parts.append(memory.style.rule)
    return " ".join(parts) or None


def draw_persona(f, memory):
    name, role = f.name(), f.role()
    x = f.random.random()
    if x < 0.06:
        memory.persona_name = name
        return f"Your name is {name}."
    memory.persona_role = role
    if x < 0.12:
        return f"You are {with_article(role)}."
    memory.persona_name = name
    text = f.phrase(PERSONAS).format(name=name, role=role, a_role=with_article(role))
    if f.chance(0.25):
        memory.persona_city = f.city()
        home = f.random.choice(HOMES + (" from {city}.", " who lives in {city}."))
        if home not in HOMES:
            text = text[:-1]  # the home continues the sentence
        text += home.format(city=memory.persona_city)
    return text


def next_turn(f, memory):
    if memory.called:
        if f.chance(0.55):
            return skills.tool_result(f, memory)
        memory.called = None
    if memory.asked:
        if f.chance(0.8):
            return skills.argument_given(f, memory)
        memory.asked = None
    if memory.style and f.chance(0.95):
        return styled_turn(f, memory)
    if memory.tools and f.chance(0.75):
        return skills.tool_call(f, memory)
    weights = dict(MIXTURE)
    weights[skills.recall_name] *= 3 if memory.user_name else 0.18
    weights[skills.tell_name] *= 0.25 if memory.user_name else 1
    weights[skills.recall] *= 4 if memory.facts else 0.3
    weights[skills.persona] *= 4 if memory.persona_name or memory.persona_role else 0.5
    weights[skills.fact] *= 2.5 if memory.facts_told else 1
    if not memory.tools:
        weights[skills.tool_call] = 4  # a request for a tool that is not there
    return f.random.choices(list(weights), list(weights.values()))[0](f, memory)


def styled_turn(f, memory):
    while True:
        turn = memory.style.apply(f.random.choice(STYLED)(f, memory))
        if turn:
            return turn


def roughen(f, turn):
    """Small slips of the kind people make, except where the message's letters are what the reply must copy."""
    message = turn.user
    if turn.skill not in ROUGH or not message or message.startswith("{"):
        return turn
    x = f.random.random()
    if x < 0.05:
        message = message[0].lower() + message[1:]
    elif x < 0.09 and message[-1] in ".?!":
        message = message[:-1]
    elif x < 0.13 and message.split()[0] in ("What", "Who", "How", "Count", "Tell", "Which", "Do"):
        message = f.random.choice(INTERJECTIONS) + message[0].lower() + message[1:]
    return skills.Turn(turn.skill, message, turn.reply, calls=turn.calls, thinking=turn.thinking)


ROUGH = (
    "greet", "tell_name", "recall_name", "name_not_told", "persona", "count", "add", "add_to_100", "compare", "think", "fact",
    "closed_set", "story", "unknown", "no_tool_fits", "itself", "recall", "fact_not_told", "tool_call", "missing_argument",
)
WHOLE_CONVERSATION = {"passage": skills.passage_in_system, "labels": skills.labels_in_system, "schema": skills.schema_in_system}


def conversation(f):
    """(messages, tools): mostly one to five turns, some of up to fourteen."""
    kind = f.random.choices(list(SYSTEM_KINDS), list(SYSTEM_KINDS.values()))[0]
    memory = Memory()
    if kind in WHOLE_CONVERSATION:
        system, turns = WHOLE_CONVERSATION[kind](f)
        return as_messages(system, turns), []
    system = system_text(f, memory, kind)
    length = f.random.choice((1, 1, 1, 2, 2, 3, 3, 4, 5)) if f.chance(0.95) else f.random.randint(6, 14)
    if memory.tools or memory.style:
        length = f.random.choice((2, 3, 4, 5))  # a schema is long: several calls pay for it
    turns = [roughen(f, next_turn(f, memory)) for _ in range(length)]
    return as_messages(system, turns), [tool.definition for tool in memory.tools]


def as_messages(system, turns):
    messages = [{"role": "system", "content": system}] if system else []
    return messages + [message for turn in turns for message in turn.messages()]


if __name__ == "__main__":
    fillers = Fillers(seed=1)
    for _ in range(20):
        print("-" * 100)
        print("".join(text for text, _ in segments(*conversation(fillers))))
