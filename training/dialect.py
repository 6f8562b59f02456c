"""The prompt format: ChatML, with tools in the Hermes form. chat_template.jinja says the same in Jinja.

    <|im_start|>system
    You are Luna, a healer.

    You can call these tools:
    <tools>
    {"name":"get_weather","description":"The weather in a city.","parameters":{...}}
    </tools><|im_end|>
    <|im_start|>user
    What is the weather in Quelmar?<|im_end|>
    <|im_start|>assistant
    <tool_call>
    {"name": "get_weather", "arguments": {"city": "Quelmar"}}
    </tool_call><|im_end|>
    <|im_start|>user
    <tool_response>
    {"sky": "rainy"}
    </tool_response><|im_end|>

Messages and tools are what OpenAI's API takes. The format is append-only: the prompt and reply of one turn are a prefix
of the next turn's prompt, so a KV cache can be kept. check_dialect.mjs compares this file with the template.
"""
import json

START, END, END_OF_TEXT = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
SPECIAL = (END_OF_TEXT, START, END)  # a decoder can skip these
MARKUP = ("<tool_call>", "</tool_call>", "<think>", "</think>")  # single tokens that stay in the decoded text


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def spaced(value):
    return json.dumps(value, ensure_ascii=False)


def call_text(call):
    function = call.get("function", call)
    arguments = function["arguments"]
    arguments = arguments if isinstance(arguments, str) else spaced(arguments)
    return f'<tool_call>\n{{"name": {spaced(function["name"])}, "arguments": {arguments}}}\n</tool_call>'


def reply_text(message):
    """What the model says for an assistant message, without the end token."""
    thinking = f"<think>\n{message['reasoning_content']}\n</think>\n\n" if message.get("reasoning_content") else ""
    parts = [message["content"]] if message.get("content") else []
    return thinking + "\n".join(parts + [call_text(call) for call in message.get("tool_calls") or []])


def tools_text(tools):
    lines = "".join(compact(tool.get("function", tool)) + "\n" for tool in tools)
    return f"You can call these tools:\n<tools>\n{lines}</tools>"


def segments(messages, tools=None):
    """The whole text in order, as (text, whether the model says it)."""
    if tools and not (messages and messages[0]["role"] == "system"):
        messages = [{"role": "system", "content": ""}, *messages]
    for i, message in enumerate(messages):
        role, content = message["role"], message.get("content") or ""
        if role == "assistant":
            yield f"{START}assistant\n", False
            yield reply_text(message) + END, True
            yield "\n", False
        elif role == "tool":
            follows = i > 0 and messages[i - 1]["role"] == "tool"
            goes_on = i + 1 < len(messages) and messages[i + 1]["role"] == "tool"
            opening, closing = "\n" if follows else f"{START}user\n", "" if goes_on else f"{END}\n"
            yield f"{opening}<tool_response>\n{content}\n</tool_response>{closing}", False
        else:
            if role == "system" and i == 0 and tools:
                content += ("\n\n" if content else "") + tools_text(tools)
            yield f"{START}{role}\n{content}{END}\n", False


def prompt(messages, tools=None):
    """What the model reads before it replies."""
    return "".join(text for text, _ in segments(messages, tools)) + f"{START}assistant\n"
