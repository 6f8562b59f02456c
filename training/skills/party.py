"""A group of people or things, given as JSON with the message: in the usual form, and in forms drawn anew."""
import json

from .by_heart import closed_set
from .copying import repeat
from .greeting import greet
from .numbers import NUMBERS, add, count
from .persona import persona
from .turn import Turn, listed
from .unknown import unknown
from .user_name import recall_name

ASK_WHO = (
    "Who is in the {group}?", "Who is in my {group}?", "Who is in the {group}", "List the {group}.", "Name the {group} members.",
    "Who are the {group} members?", "Who's in the {group}?", "Who is with me?", "Which people are in the {group}?",
    "And who is in the {group}?", "Tell me who is in the {group}.",
)
ASK_VALUE = (
    "How much {key} does {name} have?", "How many {key} does {name} have?", "What is the {key} of {name}?", "What is {name}'s {key}?",
    "And how much {key} does {name} have?", "Tell me the {key} of {name}.", "How much {key} has {name} got?", "How much {key} does {name} have",
)
ASK_HP = ("How much HP does {name} have?", "How healthy is {name}?", "How much health does {name} have?")
ASK_HOW_MANY = ("How many are in the {group}?", "How many people are in the {group}?", "How big is the {group}?")
ASK_MEMBER = ("Is {name} in the {group}?", "Is {name} a member of the {group}?", "Does the {group} have {name} in it?", "Is {name} there?", "Is {name} with us?")
GROUPS = ("team", "group", "crew", "guild", "class", "club", "band", "family", "squad", "players", "users", "members", "guests", "staff")
NAME_KEYS = ("name", "name", "player", "user", "id", "who", "member")
VALUE_KEYS = "hp hp hp score level gold mana points age coins xp strength armor speed".split()
EXTRAS = (("class", ("mage", "rogue", "cleric", "warrior")), ("level", range(1, 30)), ("mp", range(60)), ("alive", (True, False)), ("role", ("tank", "healer", "scout")))


class Party:
    """The names and values of a group, and the words and the form in which one conversation writes it."""

    def __init__(self, f):
        usual = f.chance(0.55)
        self.group = "party" if usual else f.pick(GROUPS) if f.chance(0.8) else f.word()
        self.name_key = "name" if usual else f.random.choice(NAME_KEYS)
        self.key = "hp" if usual else f.random.choice(VALUE_KEYS) if f.chance(0.8) else f.word()
        size = f.random.choice((1, 2, 2, 2, 3, 3, 3, 4, 5))
        self.names = list({f.name(): None for _ in range(size)})
        self.values = [f.random.randint(1, 99) if f.chance(0.8) else f.random.randint(0, 250) for _ in self.names]

    def members(self, f):
        form = f.random.random()
        if form < 0.12:
            return dict(zip(self.names, self.values))
        members = [{self.name_key: name, self.key: value} for name, value in zip(self.names, self.values)]
        if form < 0.3:
            members = [{self.key: value, self.name_key: name} for name, value in zip(self.names, self.values)]
        if f.chance(0.25):
            extra, values = f.random.choice(EXTRAS)
            if extra not in (self.key, self.name_key):
                members = [{**member, extra: f.random.choice(values)} for member in members]
        return members

    def message(self, f, asked):
        """The group and the question in one JSON object; or the group, a line break and the question."""
        members = self.members(f)
        separators = (",", ":") if f.chance(0.7) else None
        if f.chance(0.1):
            return f"{self.group}: {json.dumps(members, ensure_ascii=False, separators=separators)}\n{asked}"
        message_key = f.random.choice(("message", "message", "message", "message", "text", "question"))
        state = {self.group: members, message_key: asked} if f.chance(0.85) else {message_key: asked, self.group: members}
        if f.chance(0.1):
            state = {"place": f.word(), **state}
        return json.dumps(state, ensure_ascii=False, separators=separators)


def party_who(f, memory):
    party = Party(f)
    are = "is" if len(party.names) == 1 else "are"
    asked = f.phrase(ASK_WHO).format(group=party.group)
    return Turn("party_who", party.message(f, asked), f"{listed(party.names)} {are} in the {party.group}.")


def party_value(f, memory):
    party = Party(f)
    i = f.random.randrange(len(party.names))
    asked = f.phrase(ASK_VALUE + (ASK_HP if party.key == "hp" else ())).format(name=party.names[i], key=party.key)
    return Turn("party_value", party.message(f, asked), f"{party.names[i]} has {party.values[i]} {party.key}.", word=str(party.values[i]))


def party_count(f, memory):
    party = Party(f)
    are = "is" if len(party.names) == 1 else "are"
    asked, number = f.random.choice(ASK_HOW_MANY).format(group=party.group), NUMBERS[len(party.names)]
    return Turn("party_count", party.message(f, asked), f"There {are} {number} in the {party.group}.", word=number)


def party_member(f, memory):
    party = Party(f)
    name = f.random.choice(party.names) if f.chance(0.5) else f.name()
    asked = f.random.choice(ASK_MEMBER).format(name=name, group=party.group)
    if name in party.names:
        return Turn("party_member", party.message(f, asked), f"Yes, {name} is in the {party.group}.", word="yes")
    return Turn("party_member", party.message(f, asked), f"No, {name} is not in the {party.group}.", word="no")


def party_other(f, memory):
    """Any other message in the same JSON, with or without a party: the state is there and does not matter."""
    skill = f.random.choice((greet, add, count, closed_set, repeat, unknown, persona, recall_name))
    turn = skill(f, memory)
    if f.chance(0.15):
        message = json.dumps({"message": turn.user}, ensure_ascii=False, separators=(",", ":"))
    else:
        message = Party(f).message(f, turn.user)
    return Turn("party_other", message, turn.reply, word=turn.word)


def party(f, memory):
    return f.random.choices((party_who, party_value, party_count, party_member, party_other), (24, 30, 12, 24, 10))[0](f, memory)
