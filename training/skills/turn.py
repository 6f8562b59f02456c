"""What skills pass around: a turn, and what a conversation has established so far."""
from dataclasses import dataclass, field


@dataclass
class Turn:
    """One message of the user, or the results of tools, and the one right reply."""

    skill: str
    user: str
    reply: str = ""
    word: str = None  # the answer in one word, for replies that have one
    calls: tuple = ()  # (name, arguments) of each tool call, in place of or after the reply
    results: tuple = ()  # what the tools returned, in place of the user's message
    thinking: str = None

    def messages(self):
        asked = [{"role": "tool", "content": result} for result in self.results] or [{"role": "user", "content": self.user}]
        return [*asked, self.answer()]

    def answer(self):
        message = {"role": "assistant", "content": self.reply}
        if self.thinking:
            message["reasoning_content"] = self.thinking
        if self.calls:
            message["tool_calls"] = [
                {"type": "function", "function": {"name": name, "arguments": arguments}} for name, arguments in self.calls
            ]
        return message


@dataclass
class Memory:
    user_name: str = None
    persona_name: str = None
    persona_role: str = None
    persona_city: str = None
    facts: dict = field(default_factory=dict)  # what the user told: key -> value
    corrected: list = field(default_factory=list)  # keys of the facts that the user told a second time
    tools: list = field(default_factory=list)  # offered in the system turn
    called: list = None  # (tool, arguments) of the calls that wait for their results
    asked: tuple = None  # (tool, arguments so far, missing parameter) after the model asked for an argument
    facts_told: set = field(default_factory=set)
    style: object = None  # the rule of the system turn that every reply follows


def with_article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def listed(items):
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
