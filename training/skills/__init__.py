"""What the model can do: one function a skill, each giving a turn, a user's message and the one right reply.

A skill takes `f`, which draws fillers (words.py), and `memory`, what this conversation has established so far. Of each
tuple of phrases the first is the usual one. Every reply is a function of the message and the memory; nothing is left to
taste, so that a greedy reply can be asserted on to the letter. (Facts and stories, of which there are several, are the
exception; the first of each is by far the commonest.)
"""
from .by_heart import FACTS, HEROES, STORIES, closed_set, fact, story
from .classify import classify, labels_in_system
from .copying import repeat, repeat_unicode
from .greeting import greet, validate
from .itself import itself
from .numbers import add, compare, count, count_items, think
from .party import party, party_count, party_member, party_other, party_value, party_who
from .passage import from_passage, passage, passage_in_system, summarize
from .persona import persona
from .remembering import correct_fact, recall, remember
from .structured import extract_keys, fill_schema, schema_in_system, structured
from .style import draw_style
from .tools import argument_given, draw_tools, missing_argument, no_tool_fits, one_call, tool_call, tool_result, two_calls
from .turn import Memory, Turn, with_article
from .unknown import unknown
from .user_name import recall_name, tell_name
