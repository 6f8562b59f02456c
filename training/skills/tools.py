"""Calling the tools that the system turn offers, and using what they return."""
import json

from . import tool_catalogue
from .itself import CANNOT
from .turn import Turn, listed

ASK_MISSING = "Please tell me the {}."
AND = (" and ", ", and ", " Also: ", " And: ")
FAILED = ("not found", "no access", "timeout", "out of order", "not allowed", "too many requests")


def draw_tools(f, most=4):
    """One to four tools. In training they come from the trained kinds, for evaluation from either."""
    size = f.random.choice([count for count in (1, 1, 2, 2, 3, 4) if count <= most])
    kinds = f.random.sample(tool_catalogue.TRAINED, size)
    if tool_catalogue.WEATHER not in kinds and f.chance(0.25):
        kinds[f.random.randrange(size)] = tool_catalogue.WEATHER
    if f.chance(0.25):
        kinds[f.random.randrange(size)] = tool_catalogue.invented_kind(f)
    tools = {tool.name: tool for tool in (kind.draw(f) for kind in kinds)}
    return list(tools.values())


def tool_call(f, memory):
    """A request that one of the tools fits; or two requests; or one without a required argument; or one that none fits."""
    if not memory.tools or f.chance(0.12):
        return no_tool_fits(f, memory)
    x = f.random.random()
    return (missing_argument if x < 0.12 else two_calls if x < 0.27 else one_call)(f, memory)


def no_tool_fits(f, memory):
    offered = [tool.kind for tool in memory.tools]
    kind = f.random.choice([kind for kind in tool_catalogue.TRAINED if kind not in offered])
    return Turn("no_tool_fits", kind.draw(f).request(f)[0] if not f.chance(0.1) or not kind.vague else f.random.choice(kind.vague), CANNOT)


def one_call(f, memory, tool=None):
    tool = tool or f.random.choice(memory.tools)
    message, arguments = tool.request(f)
    memory.called = [(tool, arguments)]
    return Turn("tool_call", message, calls=((tool.name, arguments),))


def two_calls(f, memory):
    """Two tools in one turn, or one tool twice."""
    tools = f.random.sample(memory.tools, 2) if len(memory.tools) > 1 and f.chance(0.6) else [f.random.choice(memory.tools)] * 2
    requests = [tool.request(f) for tool in tools]
    if requests[0][1] == requests[1][1]:
        return one_call(f, memory, tools[0])
    first, second = (message for message, _ in requests)
    joint = f.random.choice(AND)
    if joint[0] == " " and joint[1].isupper():
        message = first + joint + second
    else:
        lower = second if second.split()[0].isupper() else second[0].lower() + second[1:]
        message = first.rstrip(".?") + joint + lower
    memory.called = [(tool, arguments) for tool, (_, arguments) in zip(tools, requests)]
    return Turn("two_calls", message, calls=tuple((tool.name, arguments) for tool, arguments in memory.called))


def missing_argument(f, memory):
    """The model asks for the required argument that the request lacks; the next turn may give it."""
    able = [tool for tool in memory.tools if tool.kind.vague and tool.parameters and tool.parameters[0][1].required]
    if not able:
        return one_call(f, memory)
    tool = f.random.choice(able)
    if sum(parameter.required for _, parameter in tool.parameters) == 1:
        memory.asked = tool
    name = tool.parameters[0][0]
    return Turn("missing_argument", f.random.choice(tool.kind.vague), ASK_MISSING.format(name.replace("_", " ")))


def argument_given(f, memory):
    tool, memory.asked = memory.asked, None
    name, parameter = tool.parameters[0]
    value = parameter.draw(f)
    memory.called = [(tool, {name: value})]
    message = f.random.choice(("{}", "{}", "{}.", "{}, please.", "It is {}.", "For {}.", "Take {}.")).format(value)
    return Turn("argument_given", message, calls=((tool.name, {name: value}),))


def tool_result(f, memory):
    called, memory.called = memory.called, None
    results, answers = zip(*(draw_result(f, tool, arguments) for tool, arguments in called))
    return Turn("tool_result", None, " ".join(answers), results=results)


def draw_result(f, tool, arguments):
    """(what the tool returns, the sentence that says it)."""
    x = f.random.random()
    if x < 0.08:
        error = f.random.choice(FAILED)
        return json.dumps({"error": error}), f"The tool failed: {error}."
    if x < 0.35:
        plain = plain_result(f, tool)
        values = list(arguments.values())
        if tool.kind.answer and values and tool.parameters[0][1].required:
            return plain, tool.kind.answer.format(*values, result=plain)
        return plain, f"The result is {plain}."
    keys = list(tool.kind.results) or ["result"]
    result = {key: tool.kind.results[key](f) if key in tool.kind.results else f.word() for key in keys[: f.random.choice((1, 2, 3))]}
    if f.chance(0.25):
        result = {f.key(): f.random.choice((f.word, f.name, f.city, lambda: f.random.randint(0, 999)))() for _ in range(f.random.choice((1, 2, 3)))}
    separators = (",", ":") if f.chance(0.5) else None
    return json.dumps(result, ensure_ascii=False, separators=separators), said_result(result)


def plain_result(f, tool):
    if tool.kind is tool_catalogue.WEATHER:
        return f"{tool_catalogue.SKY(f)}, {f.random.randint(-9, 39)} degrees"
    values = [str(draw(f)) for draw in tool.kind.results.values()] or [f.word()]
    return values[0] if not f.chance(0.3) else f.words(1, 2, 3)


def said_result(result):
    """`The sky is rainy and the temperature is 14.`"""
    said = listed([f"the {key.replace('_', ' ')} is {value}" for key, value in result.items()])
    return said[0].upper() + said[1:] + "."
