"""The user's name: told once, asked for later."""
from .turn import Turn

TELL_NAME = (
    "My name is {}.", "My name is {}", "Hello, my name is {}.", "Hi, my name is {}.", "I am {}.", "I'm {}.", "Call me {}.",
    "You can call me {}.", "Please call me {}.", "Hi, I am {}.", "Hello, I'm {}.", "My name is {}, please remember it.",
    "Remember that my name is {}.", "By the way, my name is {}.", "my name is {}", "Hey! My name is {}.",
    "My name is {} and I like tea.", "The name is {}.", "People call me {}.", "They call me {}.", "My friends call me {}.",
    "Good morning, my name is {}.", "My name is {}. Nice to meet you.", "I am called {}.", "Hello! My name is {}.",
    "Please remember my name: {}.", "Remember my name: {}.", "My name is {}. Please remember it.", "Actually, my name is {}.",
)
ASK_NAME = (
    "What is my name?", "Do you remember my name?", "Who am I?", "What's my name?", "Tell me my name.", "What is my name",
    "Please tell me my name.", "Can you tell me my name?", "Do you know my name?", "what is my name?", "So, what is my name?",
    "And what is my name?", "What was my name again?", "Say my name.", "Could you tell me what my name is?",
    "Tell me what my name is.", "What am I called?", "Can you remember my name?", "Hey, what is my name?", "Who am I again?",
)


def tell_name(f, memory):
    memory.user_name = f.name() if not f.chance(0.06) else f"{f.name()} {f.name()}"
    return Turn("tell_name", f.phrase(TELL_NAME, usual=6).format(memory.user_name), f"Nice to meet you, {memory.user_name}.")


def recall_name(f, memory):
    question = f.phrase(ASK_NAME, usual=6)
    if memory.user_name:
        return Turn("recall_name", question, f"Your name is {memory.user_name}.", word=memory.user_name)
    return Turn("name_not_told", question, "I do not know your name.")
