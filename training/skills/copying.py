"""Repeating what the user wrote."""
from .turn import Turn

REPEAT = (
    "Repeat after me: ", "Please repeat after me: ", "Repeat: ", "Repeat this: ", "Repeat these words: ", "Say: ", "Please say: ",
    "Echo: ", "Please repeat: ", "Say this: ", "Repeat exactly: ", "Can you repeat this: ", "Say exactly: ", "Copy this: ",
    "Say back to me: ", "Please repeat the following: ", "Repeat the following words: ", "Repeat the following: ",
    "Please say the following: ", "repeat after me: ", "say: ", "Now repeat: ", "Repeat after me - ", "Could you repeat: ",
    "Please echo: ", "Repeat my words: ",
)


def repeat(f, memory):
    words = []
    for _ in range(f.random.choice((1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8))):
        x = f.random.random()
        words.append(f.word() if x < 0.84 else f.name() if x < 0.93 else f.number())
        if f.chance(0.03):
            words[-1] += f.random.choice(",;:!?.")
    text = " ".join(words)
    if f.chance(0.15):
        text = text[0].upper() + text[1:]
    if f.chance(0.2):
        text = text.rstrip(",;:!?.") + f.random.choice("..!?")
    return Turn("repeat", f.phrase(REPEAT) + text, text)


def repeat_unicode(f, memory):
    """A short message with characters of several tokens each: what a streaming decoder must hold back until complete."""
    words = [f.word() for _ in range(f.random.choice((0, 1, 1, 2, 3)))]
    for _ in range(f.random.choice((1, 1, 1, 2))):
        words.insert(f.random.randint(0, len(words)), f.emoji() if f.chance(0.6) else f.accented())
    text = " ".join(words)
    return Turn("repeat_unicode", f.phrase(REPEAT) + text, text)
