"""The persona of the system line: its name, its trade, its home."""
from .turn import Turn, with_article

ASK_PERSONA_NAME = (
    "What is your name?", "What's your name?", "Tell me your name.", "What are you called?", "What is your name",
    "Do you have a name?", "And what is your name?", "May I ask your name?", "what is your name?", "Please tell me your name.",
    "Could you tell me your name please?", "How should I call you?", "What should I call you?", "Your name?",
    "Hello, what is your name?", "Hello there, what is your name?",
)
ASK_PERSONA_ROLE = (
    "What do you do?", "What is your job?", "What do you do", "What is your profession?", "What do you do for a living?",
    "What kind of work do you do?", "And what do you do?", "What are you?", "what do you do?", "Tell me what you do.",
    "Tell me about your job.", "What is your role?", "Your job?", "What work do you do?",
)
ASK_PERSONA_CITY = ("Where do you live?", "Where are you from?", "Where is your home?", "Which city do you live in?")
ASK_PERSONA = (
    "Who are you?", "Who are you", "Introduce yourself.", "Please introduce yourself.", "who are you?", "Who might you be?",
    "Hello, who are you?", "And who are you?", "Tell me who you are.",
)


def persona(f, memory):
    name = memory.persona_name or "Tiny"
    role = with_article(memory.persona_role) if memory.persona_role else "a small test model"
    asked = f.random.choice(("name", "name", "role", "role", "both") + (("city",) if memory.persona_city else ()))
    if asked == "name":
        return Turn("persona", f.phrase(ASK_PERSONA_NAME), f"My name is {name}.", word=name)
    if asked == "role":
        return Turn("persona", f.phrase(ASK_PERSONA_ROLE), f"I am {role}.", word=role.split(" ", 1)[1] if memory.persona_role else None)
    if asked == "city":
        return Turn("persona", f.phrase(ASK_PERSONA_CITY, usual=3), f"I live in {memory.persona_city}.", word=memory.persona_city)
    return Turn("persona", f.phrase(ASK_PERSONA, usual=3), f"I am {name}, {role}.")
