"""A rule of the system turn that every reply follows, over the whole conversation."""
from dataclasses import dataclass, replace

from dialect import spaced

UPPER = ("Answer in upper case.", "Write in capital letters.", "Always answer in capital letters.", "Use only upper case letters.", "ANSWER IN UPPER CASE.", "Reply in all caps.")
ONE_WORD = ("Answer in one word.", "Always answer with one word.", "Reply with a single word.", "Use one word only.", "Give one-word answers.")
JSON = ('Answer in JSON with the key "{key}".', 'Always reply with a JSON object with the key "{key}".', 'Reply as JSON: {{"{key}": "..."}}', "Answer as JSON with one key, {key}.")
ENDING = (
    'Always end with "{word}".', "End every reply with the word {word}.", 'Finish each answer with "{word}".', "Always end your answer with the word {word}.",
    "The last word of every reply is {word}.",
)
START = ('Always begin with "{word}".', "Begin every reply with the word {word}.", 'Start each answer with "{word}:".')


@dataclass
class Style:
    name: str
    rule: str
    filler: str = None

    def apply(self, turn):
        """The turn with its reply in this style, or None where the style says nothing about such a reply."""
        if turn.calls or not turn.reply or turn.thinking or turn.reply.startswith("{"):
            return None
        if self.name == "one_word":
            return replace(turn, reply=turn.word, skill="style_one_word") if turn.word and " " not in turn.word else None
        if self.name == "upper" and (len(turn.reply) > 60 or not turn.reply.isascii()):
            return None  # upper case is one token a letter
        reply = {
            "upper": turn.reply.upper(),
            "json": spaced({self.filler: turn.reply}),
            "ending": f"{turn.reply} {self.filler}",
            "start": f"{self.filler}: {turn.reply}",
        }[self.name]
        return replace(turn, reply=reply, skill=f"style_{self.name}")


def draw_style(f):
    name, rules = f.random.choice((("upper", UPPER), ("upper", UPPER), ("one_word", ONE_WORD), ("one_word", ONE_WORD), ("json", JSON), ("ending", ENDING), ("start", START)))
    filler = f.key() if name == "json" else f.random.choice((f.word, f.word, f.name))()
    return Style(name, f.random.choice(rules).format(key=filler, word=filler), filler)
