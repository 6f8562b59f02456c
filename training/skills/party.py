"""A party of adventurers, given as JSON with the message."""
import json

from .by_heart import closed_set
from .copying import repeat
from .greeting import greet
from .numbers import NUMBERS, add, count
from .persona import persona
from .turn import Turn
from .unknown import unknown
from .user_name import recall_name

ASK_WHO = (
    "Who is in the party?", "Who is in my party?", "Who is in the party", "List the party.", "Name the party members.",
    "Who are the party members?", "Who's in the party?", "Who is with me?", "Which people are in the party?",
    "And who is in the party?", "Tell me who is in the party.",
)
ASK_HP = (
    "How much hp does {} have?", "How many hp does {} have?", "What is the hp of {}?", "What is {}'s hp?",
    "How much HP does {} have?", "How healthy is {}?", "How much hp does {} have", "How many hp has {} got?",
    "And how much hp does {} have?", "Tell me the hp of {}.", "How much health does {} have?",
)
ASK_HOW_MANY = ("How many are in the party?", "How many people are in the party?", "How big is the party?")


def draw_party(f):
    names, size = [], f.random.choice((1, 2, 2, 2, 3, 3, 3, 4))
    while len(names) < size:
        name = f.name()
        if name not in names:
            names.append(name)
    hp = lambda: f.random.randint(1, 99) if f.chance(0.8) else f.random.choice((0, 100, 120, 150, 200, f.random.randint(100, 250)))
    return [{"name": name, "hp": hp()} for name in names]


def party_json(f, party, message):
    x = f.random.random()
    if x < 0.15:
        extra, values = f.random.choice((("class", ("mage", "rogue", "cleric", "warrior")), ("level", range(1, 30)), ("mp", range(60))))
        party = [{**member, extra: f.random.choice(values)} for member in party]
    elif x < 0.2:
        party = [{"hp": member["hp"], "name": member["name"]} for member in party]
    state = {"party": party, "message": message} if f.chance(0.88) else {"message": message, "party": party}
    if f.chance(0.06):
        state = {"party": party, "place": f.word(), "message": message}
    return json.dumps(state, ensure_ascii=False, separators=(",", ":") if f.chance(0.8) else None)


def party_who(f, memory):
    party = draw_party(f)
    names = [member["name"] for member in party]
    joined = f"{', '.join(names[:-1])} and {names[-1]} are" if len(names) > 1 else f"{names[0]} is"
    return Turn("party_who", party_json(f, party, f.phrase(ASK_WHO)), f"{joined} in the party.")


def party_hp(f, memory):
    party = draw_party(f)
    member = f.random.choice(party)
    return Turn("party_hp", party_json(f, party, f.phrase(ASK_HP).format(member["name"])), f"{member['name']} has {member['hp']} hp.")


def party_count(f, memory):
    party = draw_party(f)
    are = "is" if len(party) == 1 else "are"
    return Turn("party_count", party_json(f, party, f.random.choice(ASK_HOW_MANY)), f"There {are} {NUMBERS[len(party)]} in the party.")


def party_other(f, memory):
    """Any other message in the same JSON, with or without a party: the state is there and does not matter."""
    skill = f.random.choice((greet, add, count, closed_set, repeat, unknown, persona, recall_name))
    turn = skill(f, memory)
    if f.chance(0.15):
        message = json.dumps({"message": turn.user}, ensure_ascii=False, separators=(",", ":"))
    else:
        message = party_json(f, draw_party(f), turn.user)
    return Turn("party_other", message, turn.reply)


def party(f, memory):
    return f.random.choices((party_who, party_hp, party_count, party_other), (38, 38, 9, 15))[0](f, memory)
