"""Everything that the model has no answer to."""
from .itself import CANNOT
from .turn import Turn

UNKNOWN = (
    "Who is the king of {city}?", "How old is {name}?", "What is the capital of {city}?", "When was {name} born?",
    "Where is {city}?", "What does {word} mean?", "Who won the {word} game in {city}?",
    "How do I cook {word}?", "Can you fix my {word}?", "What is {number} times {number}?", "What is the population of {city}?",
    "Who wrote the {word} book?", "Where did {name} put the {word}?", "Who invented the {word}?", "Why is the {word} so {word2}?",
    "Which {word} is the best?", "When does the {word} arrive?", "What is the meaning of life?", "Who is {name}?",
    "Who is the president?", "What will happen tomorrow?", "What did {name} say about the {word}?",
    "How many people live in {city}?", "Is the {word} made of {word2}?",
    "How tall is the tallest {word}?", "{word} {word2} {word3}", "What is the square root of {number}?",
    "How does a {word} work?", "What year is it?", "Who painted the {word}?",
    "Do you like {word}?", "Write a poem about {word}.", "Recommend me a {word}.", "Explain the {word} to me.",
    "Explain {word} {word2}.", "What is the boiling point of {word}?", "Who discovered {word}?", "Sing a song about {word}.",
    "How many {word} are there in {city}?", "Draw a {word}.",
    "Is {name} older than me?", "Should I buy a {word} or a {word2}?", "What happened in {city} in {number}?",
    "{word} {word2}", "How long is a {word}?", "Tell me about {city}.", "Tell me about {name}.", "What is a {word}?",
    "What is {word}?", "Give me a recipe for {word}.", "Are you a {word}?", "Help me with my {word}.", "Why?",
    "What day is it today?", "Write a function that sorts {word}.", "Write code for a {word} {word2}.",

    "Who is the best {word} player?", "What should I cook tonight?", "Fix this bug: {word} {word2}.",
    "Write an essay about {word}.",
    "Which is better, {word} or {word2}?", "What do you think of {name}?", "How do I install {word}?", "What is love?",
    "Why does my {word} not work?", "What are the rules of {word}?", "List five {word} from {city}.",
    "Compare {word} with {word2}.", "What is the difference between {word} and {word2}?", "Give me advice about {word}.",
)
# What a tool might do: only asked where no tool is offered.
TOOL_LIKE = (
    "How far is {city} from {city2}?", "Translate {word} into French.", "What is the time?", "Send an email to {name}.",
    "Book a table in {city}.", "How do I get from {city} to {city2}?", "Open the {word}.", "Play some {word} music.",
    "Can you call {name}?", "Plan a trip to {city} for me.", "Show me a picture of a {word}.", "Where can I buy a {word}?",
    "What is the news from {city}?",
)


def unknown(f, memory):
    message = f.random.choice(UNKNOWN if memory.tools else UNKNOWN + TOOL_LIKE).format(
        city=f.city(), city2=f.city(), name=f.name(), word=f.word(), word2=f.word(), word3=f.word(), number=f.random.randint(10, 99)
    )
    return Turn("unknown", message, CANNOT)
