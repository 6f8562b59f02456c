"""What the model can do: one function a skill, each giving a turn, a user's message and the one right reply.

A skill takes `f`, which draws fillers (words.py), and `memory`, what this conversation has established so far. Of each
tuple of phrases the first is the usual one: what the product's scenarios say is seen most. Every reply is a function of
the message and the memory; nothing is left to taste, so that a greedy reply can be asserted on to the letter. (Facts and
stories, of which there are several, are the exception; the first of each is by far the commonest.)
"""
from .by_heart import FACTS, HEROES, STORIES, closed_set, fact, story
from .copying import repeat, repeat_unicode
from .greeting import greet, validate
from .numbers import add, count, think
from .party import party, party_count, party_hp, party_other, party_who
from .persona import persona
from .tool_kinds import TOOL_KINDS, weather
from .tools import ask_for, tool_call, tool_result
from .turn import Memory, Turn, with_article
from .unknown import unknown
from .user_name import recall_name, tell_name
