"""Puts skills together: a system line, then turns whose choice depends on what the conversation has established.

    System: <persona>\\nUser: <message>\\nAssistant: <reply><|endoftext|>\\nUser: <message>\\nAssistant: ...

The form is append-only: the tokens of a turn's prompt are a prefix of the next turn's, so that a KV cache can be kept.
"""
import skills
from skills import TOOL_KINDS, Memory, with_article, weather
from words import Fillers

END = "<|endoftext|>"

# How often each skill is drawn, before the conversation's state has its say (see `next_turn`). Copying and recalling are
# the core of what the product asserts, and the hardest to learn.
MIXTURE = {
    skills.greet: 6, skills.validate: 4, skills.repeat: 20, skills.repeat_unicode: 5, skills.tell_name: 7, skills.recall_name: 9,
    skills.persona: 9, skills.count: 6, skills.add: 8, skills.fact: 4, skills.party: 18, skills.tool_call: 8,
    skills.closed_set: 6, skills.unknown: 8, skills.story: 2, skills.think: 5,
}

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
SYSTEM_KINDS = {"none": 50, "generic": 7, "persona": 27, "tools": 11, "persona and tools": 6}


def system_line(f, memory, kind=None):
    """Text of the system line, or None; notes in `memory` who the assistant is and which tools it has."""
    kind = kind or f.random.choices(list(SYSTEM_KINDS), list(SYSTEM_KINDS.values()))[0]
    if kind == "none":
        return None
    parts = []
    if kind == "generic":
        parts.append(f.random.choice(GENERIC))
    if "persona" in kind:
        parts.append(draw_persona(f, memory))
    if kind == "tools" and f.chance(0.4):
        parts.append("You are a helpful assistant.")
    for _ in range(f.random.choice((0, 0, 0, 1, 1, 2))):
        distraction = f.random.choice(DISTRACTIONS).format(word=f.word(), word2=f.word(), name=f.name())
        parts.append(f.random.choice(ADVICE) if f.chance(0.5) else distraction)
    if "tools" in kind:
        memory.tools = draw_tools(f)
        parts.append("Tools: " + ", ".join(tool.signature for tool in memory.tools))
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


def draw_tools(f):
    kinds = f.random.sample(TOOL_KINDS, f.random.choice((1, 1, 1, 2, 2, 3)))
    if weather not in kinds and f.chance(0.6):
        kinds[f.random.randrange(len(kinds))] = weather
    return [kind.draw(f) for kind in kinds]


def next_turn(f, memory):
    if memory.called:
        if f.chance(0.6):
            return skills.tool_result(f, memory)
        memory.called = None
    weights = dict(MIXTURE)
    weights[skills.recall_name] *= 3 if memory.user_name else 0.18
    weights[skills.tell_name] *= 0.25 if memory.user_name else 1
    weights[skills.persona] *= 4 if memory.persona_name or memory.persona_role else 0.35
    weights[skills.tool_call] *= 6 if memory.tools else 0.4
    weights[skills.fact] *= 2.5 if memory.facts_told else 1
    return f.random.choices(list(weights), list(weights.values()))[0](f, memory)


def roughen(f, turn):
    """Small slips of the kind people make, except where the message's letters are what the reply must copy."""
    message = turn.user
    if turn.skill in ("repeat", "repeat_unicode", "tool_result", "validate") or message.startswith("{"):
        return turn
    x = f.random.random()
    if x < 0.05:
        message = message[0].lower() + message[1:]
    elif x < 0.09 and message[-1] in ".?!":
        message = message[:-1]
    elif x < 0.13 and message.split()[0] in ("What", "Who", "How", "Count", "Tell", "Which", "Do"):
        message = f.random.choice(INTERJECTIONS) + message[0].lower() + message[1:]
    return skills.Turn(turn.skill, message, turn.reply)


def conversation(f):
    """(system line or None, turns): mostly one to five turns, some of up to fourteen."""
    memory = Memory()
    system = system_line(f, memory)
    length = f.random.choice((1, 1, 1, 2, 2, 3, 3, 4, 5)) if f.chance(0.95) else f.random.randint(6, 14)
    return system, [roughen(f, next_turn(f, memory)) for _ in range(length)]


def segments(system, turns):
    """The text in order, as (text, whether the model is to say it); each reply ends with END."""
    yield (f"System: {system}\n" if system else ""), False
    for i, turn in enumerate(turns):
        yield f"{chr(10) if i else ''}User: {turn.user}\nAssistant:", False
        yield f" {turn.reply}{END}", True


def prompt(system, turns, message):
    """What the model is given for `message` after `turns`."""
    asked = [*turns, skills.Turn("", message, "")]
    return "".join(text for text, _ in list(segments(system, asked))[:-1])


if __name__ == "__main__":
    fillers = Fillers(seed=1)
    for _ in range(20):
        print("-" * 100)
        print("".join(text for text, _ in segments(*conversation(fillers))))
