"""Calling a tool that the system line offers, and using its result."""
from .tool_kinds import TOOL_KINDS
from .turn import Turn


def tool_call(f, memory):
    """Asks for what a tool could do. It is called if it was offered; the reply is "I do not know." if it was not."""
    if memory.tools and f.chance(0.75):
        tool = f.random.choice(memory.tools)
    else:
        kind = f.random.choices(TOOL_KINDS, [kind.weight for kind in TOOL_KINDS])[0]
        offered = [tool for tool in memory.tools if tool.kind is kind]
        tool = offered[0] if offered else kind.draw(f)
    return ask_for(f, memory, tool)


def ask_for(f, memory, tool):
    value = tool.kind.value(f)
    message = tool.ask(f, value)
    if tool not in memory.tools:
        return Turn("no_tool_fits", message, "I do not know.")
    memory.called = (tool, value)
    return Turn("tool_call", message, f"TOOL_CALL: {tool.name}({tool.argument}={value})")


def tool_result(f, memory):
    tool, value = memory.called
    memory.called = None
    result = tool.kind.result(f, value)
    return Turn("tool_result", f"TOOL_RESULT: {result}", tool.kind.answer.format(value=value, result=result))
