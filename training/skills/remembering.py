"""Several facts about the user: told, asked for later, corrected."""
from .turn import Turn

KEYS = """favourite colour|favourite food|favourite city|favourite animal|favourite book|favourite song|favourite drink|favourite
game|favourite film|dog|cat|sister|brother|boss|street|school|hobby|hometown|team|lucky number|code word|password|order
number|room number|seat|best friend|teacher|doctor|neighbour|horse|boat|company|project|table number|username|ticket
number|language|nickname|garden|bike|favourite band|favourite sport|instrument|ring|locker number|favourite flower|favourite
tree|cousin|uncle|aunt|landlord|plant|robot|server|team name|invoice number|flight number|favourite month""".replace("\n", " ").split("|")
TELL = (
    "My {key} is {value}.", "My {key} is {value}", "Remember that my {key} is {value}.", "Please remember: my {key} is {value}.",
    "By the way, my {key} is {value}.", "Note that my {key} is {value}.", "Just so you know, my {key} is {value}.",
    "For later: my {key} is {value}.", "Keep in mind that my {key} is {value}.",
)
TELL_TWO = (
    "My {key} is {value} and my {key2} is {value2}.", "My {key} is {value}, and my {key2} is {value2}.",
    "Remember two things: my {key} is {value} and my {key2} is {value2}.", "My {key} is {value}. My {key2} is {value2}.",
)
CORRECT = (
    "Actually, my {key} is {value}.", "Sorry, my {key} is {value}.", "I was wrong: my {key} is {value}.",
    "Correction: my {key} is {value}.", "No, my {key} is {value}.", "My {key} is now {value}.", "I meant that my {key} is {value}.",
    "Change my {key} to {value}.", "Wait, my {key} is {value}, not {old}.", "My {key} is not {old} but {value}.",
)
ASK = (
    "What is my {key}?", "What's my {key}?", "Do you remember my {key}?", "Tell me my {key}.", "What was my {key} again?",
    "Do you know my {key}?", "Can you tell me my {key}?", "what is my {key}?", "And my {key}?", "Which {key} did I tell you?",
)


def draw_fact(f, memory):
    while True:
        key = f.pick(KEYS) if f.chance(0.75) else " ".join(f.word() for _ in range(f.random.choice((1, 2))))
        if key not in memory.facts:
            break
    if "number" in key:
        return key, f.number()
    return key, f.random.choices((f.word, f.name, f.city, f.number), (45, 25, 15, 15))[0]()


def remember(f, memory):
    """Tells one or two facts, or corrects one."""
    if memory.facts and f.chance(0.45):
        return correct_fact(f, memory)
    key, value = draw_fact(f, memory)
    memory.facts[key] = value
    if f.chance(0.25):
        key2, value2 = draw_fact(f, memory)
        memory.facts[key2] = value2
        message = f.phrase(TELL_TWO, usual=2).format(key=key, value=value, key2=key2, value2=value2)
        return Turn("remember", message, f"I will remember that your {key} is {value} and your {key2} is {value2}.")
    return Turn("remember", f.phrase(TELL, usual=3).format(key=key, value=value), f"I will remember that your {key} is {value}.")


def correct_fact(f, memory):
    key = f.random.choice(list(memory.facts))
    old, (_, value) = memory.facts[key], draw_fact(f, memory)
    memory.facts[key] = value
    memory.corrected.append(key)
    message = f.phrase(CORRECT, usual=3).format(key=key, value=value, old=old)
    return Turn("correct_fact", message, f"I will remember that your {key} is {value}.")


def recall(f, memory):
    question = f.phrase(ASK, usual=4)
    if memory.facts and f.chance(0.9):
        # A fact that was corrected is the hard one: the conversation has two values for it.
        key = f.random.choice(memory.corrected if memory.corrected and f.chance(0.6) else list(memory.facts))
        return Turn("recall", question.format(key=key), f"Your {key} is {memory.facts[key]}.", word=memory.facts[key])
    key, _ = draw_fact(f, memory)
    return Turn("fact_not_told", question.format(key=key), f"I do not know your {key}.")
