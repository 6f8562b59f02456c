"""Counting, adding and comparing, with and without thinking first. Every number and every sum is at most a hundred."""
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
COMPARE = (
    "Which is larger, {} or {}?", "Which is bigger, {} or {}?", "What is more, {} or {}?", "Which number is larger: {} or {}?",
    "Which of {} and {} is larger?", "Compare {} and {}.", "Is {} or {} the larger number?", "Which is greater, {} or {}?",
)
IS_LARGER = ("Is {} larger than {}?", "Is {} bigger than {}?", "Is {} more than {}?", "Is {} greater than {}?", "Is {} > {}?")
HOW_MANY = (
    "How many words are these: {}?", "Count these words: {}", "How many items are in this list: {}?", "Count the items: {}",
    "How many words do you see: {}?",
)


def count(f, memory):
    """Up to ten in words, beyond ten in digits."""
    if f.chance(0.3):
        first = f.random.randint(1, 95)
        last = first + f.random.randint(2, min(8, 100 - first))
        if last > 10:
            reply = ", ".join(str(number) for number in range(first, last + 1)) + "."
            return Turn("count", f.phrase(COUNT_FROM_TO).format(first, last), reply)
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


def count_items(f, memory):
    words = [f.word() for _ in range(f.random.randint(1, 10))]
    are, s = ("is", "") if len(words) == 1 else ("are", "s")
    message = f.phrase(HOW_MANY, usual=2).format(", ".join(words))
    noun = "item" if "item" in message.split(":")[0] else "word"
    return Turn("count_items", message, f"There {are} {NUMBERS[len(words)]} {noun}{s}.", word=NUMBERS[len(words)])


def operands(f, small=0.35):
    if f.chance(small):
        return f.random.randint(0, 9), f.random.randint(0, 9)
    total = f.random.randint(2, 100)
    a = f.random.randint(0, total)
    return a, total - a


def add(f, memory):
    a, b = operands(f)
    said = (NUMBERS[a], NUMBERS[b]) if max(a, b) < 10 and f.chance(0.15) else (a, b)
    return Turn("add" if a + b < 19 else "add_to_100", f.phrase(ADD, usual=6).format(*said), f"{a} plus {b} is {a + b}.", word=str(a + b))


def think(f, memory):
    a, b = operands(f)
    opening, question = f.phrase(THINK), f.phrase(THINK_ABOUT).format(a, b)
    if opening.endswith(". "):
        question = question[0].upper() + question[1:]
    return Turn("think", opening + question, f"The answer is {a + b}.", thinking=f"{a} plus {b} is {a + b}.")


def compare(f, memory):
    largest = f.random.choice((10, 100, 100))
    a, b = f.random.sample(range(largest + 1), 2)
    if f.chance(0.5):
        return Turn("compare", f.phrase(COMPARE).format(a, b), f"{max(a, b)} is larger than {min(a, b)}.", word=str(max(a, b)))
    reply, word = (f"Yes, {a} is larger than {b}.", "yes") if a > b else (f"No, {a} is smaller than {b}.", "no")
    return Turn("compare", f.phrase(IS_LARGER).format(a, b), reply, word=word)
