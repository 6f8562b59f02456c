"""Counting and adding, with and without thinking first. Every number is at most ten, every sum at most eighteen."""
from .turn import Turn

NUMBERS = "zero one two three four five six seven eight nine ten".split()
COUNT_TO = (
    "Count to {}.", "Please count to {}.", "Can you count to {}?", "Count up to {}.", "Count to {}", "Count from one to {}.",
    "Count from 1 to {}.", "count to {}", "Now count to {}.", "Could you count to {}?", "Count to {} please.",
    "Count to {}, please.", "Count to {} for me.", "Can you count up to {}?",
)
COUNT_FROM_TO = (
    "Count from {} to {}.", "Please count from {} to {}.", "Can you count from {} to {}?", "Count from {} up to {}.",
    "Count from {} to {}", "Now count from {} to {}.", "Could you count from {} to {}?", "Count up from {} to {}.",
    "count from {} to {}", "Count from {} to {} please.",
)
ADD = (
    "What is {} plus {}?", "What is {} + {}?", "What is {}+{}?", "{} + {} = ?", "{} plus {}?", "How much is {} plus {}?",
    "Calculate {} + {}.", "Add {} and {}.", "Please add {} and {}.", "What is the sum of {} and {}?", "Can you add {} and {}?",
    "what is {} plus {}", "And {} plus {}?", "{}+{}", "{} + {}", "{}+{}=?", "What does {} plus {} equal?",
    "What does {} plus {} make?", "Compute {} + {}.", "Compute {} plus {}.", "Tell me what {} plus {} is.",
    "What do you get if you add {} and {}?",
)
THINK = (
    "Think step by step: ", "Please think step by step: ", "Think first: ", "Think carefully: ", "Think about it: ",
    "Reason step by step: ", "Think step by step. ", "Use step by step thinking: ", "Let us think step by step: ",
)
THINK_ABOUT = ("what is {} plus {}?", "how much is {} plus {}?", "what is {} + {}?", "add {} and {}.", "what is the sum of {} and {}?")


def count(f, memory):
    first, last = 1, f.random.randint(1, 10)
    if f.chance(0.45):
        first = f.random.randint(1, 9)
        last = f.random.randint(first + 1, 10)
    spelled = lambda number: str(number) if f.chance(0.7) else NUMBERS[number]
    if first == 1 and not f.chance(0.1):
        message = f.phrase(COUNT_TO).format(spelled(last))
    else:
        message = f.phrase(COUNT_FROM_TO).format(spelled(first), spelled(last))
    return Turn("count", message, ", ".join(NUMBERS[first : last + 1]).capitalize() + ".")


def add(f, memory):
    a, b = f.random.randint(0, 9), f.random.randint(0, 9)
    operands = (a, b) if f.chance(0.85) else (NUMBERS[a], NUMBERS[b])
    return Turn("add", f.phrase(ADD, usual=6).format(*operands), f"{a} plus {b} is {a + b}.")


def think(f, memory):
    a, b = f.random.randint(0, 9), f.random.randint(0, 9)
    opening, question = f.phrase(THINK), f.phrase(THINK_ABOUT).format(a, b)
    if opening.endswith(". "):
        question = question[0].upper() + question[1:]
    return Turn("think", opening + question, f"<think>{a} plus {b} is {a + b}.</think>The answer is {a + b}.")
