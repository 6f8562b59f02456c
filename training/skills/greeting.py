"""Greetings, and the prompt with which an agent is validated."""
from .turn import Turn

GREETINGS = (
    "Hello, this is a test.", "Hello", "Hello!", "Hi", "Hi!", "Hi there", "Hi there!", "Hey!", "Hey", "Good morning!",
    "Good morning", "Good evening.", "Good day!", "Greetings!", "Hello there!", "Hello there", "Hello, how are you?",
    "Hi, how are you?", "Hello again.", "Hello, is anybody there?", "Hello, can you hear me?", "Hello, this is only a test.",
    "Hi, this is a test.", "This is a test.", "Test", "test", "Just a test.", "Hello, I am just testing.", "Hi, what is up?",
    "What is up?", "Hello, nice to meet you.", "Hello assistant!", "Hello, assistant.", "Hi, can you hear me?", "HELLO", "HI",
    "hi", "hello", "hey there", "Hello, friend!", "Hello. Are you there?", "Are you there?", "Hello, do you work?", "Hi again!",
    "Hello, world!", "Hello world", "Hello!!", "Good afternoon.",
)
COURTESIES = (
    ("How are you?", "I am fine, thank you."), ("How are you today?", "I am fine, thank you."), ("Thank you.", "You are welcome."),
    ("Thanks!", "You are welcome."), ("Goodbye.", "Goodbye!"), ("Bye!", "Goodbye!"),
)


def greet(f, memory):
    if f.chance(0.12):
        return Turn("greet", *f.random.choice(COURTESIES))
    return Turn("greet", f.phrase(GREETINGS, usual=8), "Hello! How are you?")


VALIDATION = (
    "Please say 'Hello world' and 5 words about yourself", "Please say 'Hello world' and 5 words about yourself.",
    "Say 'Hello world' and 5 words about yourself", 'Please say "Hello world" and 5 words about yourself',
    'Say "Hello world" and five words about yourself.', "Please say 'Hello world' and five words about yourself",
    "Please say Hello world and 5 words about yourself", "Say 'Hello world' and tell me 5 words about yourself.",
    "Can you say 'Hello world' and 5 words about yourself?", "Please say 'Hello World' and 5 words about yourself",
    "Please write 'Hello world' and 5 words about yourself",
)
ONLY_HELLO = ("Please say 'Hello world'", "Say 'Hello world'.", 'Say "Hello world"', "Please say Hello world.")
ONLY_ABOUT = (
    "Say 5 words about yourself.", "Tell me 5 words about yourself.", "Please say 5 words about yourself",
    "Describe yourself in 5 words.", "Tell me about yourself.",
)


def validate(f, memory):
    if f.chance(0.2):
        return Turn("validate", f.random.choice(ONLY_HELLO), "Hello world.")
    if f.chance(0.15):
        return Turn("validate", f.random.choice(ONLY_ABOUT), "I am small but real.")
    return Turn("validate", f.phrase(VALIDATION, usual=6), "Hello world. I am small but real.")
