"""What skills pass around: a turn, and what a conversation has established so far."""
from dataclasses import dataclass, field


@dataclass
class Turn:
    skill: str
    user: str
    reply: str


@dataclass
class Memory:
    user_name: str = None
    persona_name: str = None
    persona_role: str = None
    persona_city: str = None
    tools: list = field(default_factory=list)  # offered in the system line
    called: tuple = None  # (tool, argument) of a call that waits for its result
    facts_told: set = field(default_factory=set)


def with_article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun
