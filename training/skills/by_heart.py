"""What is learnt by heart: facts, colours, days, opposites, stories."""
from .greeting import greet
from .turn import Turn, with_article

FACTS = (
    "Honey never spoils.", "An octopus has three hearts.", "Bananas are berries.", "Venus spins backwards.",
    "Sharks are older than trees.", "A day on Venus is longer than its year.", "Wombats make square droppings.",
    "Butterflies taste with their feet.", "A group of crows is called a murder.", "Water can boil and freeze at the same time.",
    "The heart of a shrimp is in its head.", "Lightning is hotter than the surface of the sun.",
)
FACT_WEIGHTS = (30, 14, 11, 9, 7, 6, 5, 5, 4, 3, 3, 3)
ASK_FACT = (
    "Tell me something interesting.", "Tell me something interesting", "Tell me a fact.", "Tell me an interesting fact.",
    "Do you know something interesting?", "Say something interesting.", "Give me a fun fact.", "Tell me a fun fact.",
    "Please tell me something interesting.", "Surprise me.", "Tell me something cool.", "Tell me something fun.",
    "Do you know any fun facts?", "Do you know a fun fact?", "Can you tell me something interesting?", "Share a fact.",
)
ASK_ANOTHER_FACT = ("Tell me another fact.", "Another one, please.", "Tell me something else.", "One more fact.")


def fact(f, memory):
    untold = [i for i in range(len(FACTS)) if i not in memory.facts_told]
    if not untold:
        return greet(f, memory)
    again = bool(memory.facts_told) and f.chance(0.4)
    chosen = f.random.choices(untold, [FACT_WEIGHTS[i] for i in untold])[0]
    memory.facts_told.add(chosen)
    return Turn("fact", f.random.choice(ASK_ANOTHER_FACT) if again else f.phrase(ASK_FACT), FACTS[chosen])


COLOURS = (
    ("the sky", "blue"), ("grass", "green"), ("a banana", "yellow"), ("snow", "white"), ("coal", "black"), ("a tomato", "red"),
    ("an orange", "orange"), ("chocolate", "brown"), ("blood", "red"), ("the sun", "yellow"), ("milk", "white"),
    ("a frog", "green"), ("the sea", "blue"), ("a lemon", "yellow"),
)
ASK_COLOUR = (
    "What colour is {}?", "What color is {}?", "Which colour is {}?", "What is the colour of {}?", "What colour does {} have?",
    "What is the color of {}?", "Which color is {}?", "Tell me the colour of {}.",
)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ASK_DAY_AFTER = (
    "What day comes after {}?", "Which day comes after {}?", "What day is after {}?", "What comes after {}?",
    "Which day follows {}?", "If today is {}, what is tomorrow?", "Today is {}. What day is tomorrow?",
)
ASK_DAY_BEFORE = ("What day comes before {}?", "Which day comes before {}?", "What day is before {}?", "What comes before {}?")
ASK_DAYS = ("Name the days of the week.", "List the days of the week.", "What are the days of the week?")
OPPOSITES = (
    ("hot", "cold"), ("big", "small"), ("up", "down"), ("left", "right"), ("day", "night"), ("black", "white"),
    ("fast", "slow"), ("happy", "sad"), ("open", "closed"), ("wet", "dry"), ("hard", "soft"), ("high", "low"), ("old", "new"),
    ("light", "dark"), ("rich", "poor"), ("good", "bad"),
)
ASK_OPPOSITE = (
    "What is the opposite of {}?", "What is the opposite of {}", "Tell me the opposite of {}.", "Opposite of {}?",
    "Give me the opposite of {}.", "What is the contrary of {}?", "What's the opposite of {}?",
)


def closed_set(f, memory):
    kind = f.random.choices(("colour", "day after", "day before", "days", "opposite"), (30, 18, 12, 5, 35))[0]
    if kind == "colour":
        thing, colour = f.random.choice(COLOURS)
        return Turn("closed_set", f.phrase(ASK_COLOUR, usual=3).format(thing), f"{thing.capitalize()} is {colour}.", word=colour)
    if kind == "days":
        return Turn("closed_set", f.random.choice(ASK_DAYS), ", ".join(DAYS) + ".")
    if kind == "opposite":
        word, opposite = f.random.sample(f.random.choice(OPPOSITES), 2)
        return Turn("closed_set", f.phrase(ASK_OPPOSITE, usual=4).format(word), f"The opposite of {word} is {opposite}.", word=opposite)
    day = f.random.randrange(7)
    if kind == "day after":
        return Turn("closed_set", f.phrase(ASK_DAY_AFTER, usual=3).format(DAYS[day]), f"{DAYS[(day + 1) % 7]} comes after {DAYS[day]}.", word=DAYS[(day + 1) % 7])
    return Turn("closed_set", f.phrase(ASK_DAY_BEFORE, usual=3).format(DAYS[day]), f"{DAYS[day - 1]} comes before {DAYS[day]}.", word=DAYS[day - 1])


STORIES = (
    "Once upon a time there was a small {0}. The {0} lived near a quiet river. Every morning the {0} walked to the old bridge "
    "and looked at the water. One day the river was dry. The {0} asked the wind what had happened. The wind said that a big "
    "stone had closed the spring. So the {0} climbed the mountain, pushed the stone away and the water came back. All the "
    "people were happy and they thanked the {0}. The end.",
    "Once upon a time a brave {0} found a golden key in the forest. The {0} did not know which door it opened. So the {0} "
    "walked from village to village and tried every door. After seven long days the {0} came to a dark castle. The key turned "
    "and the door opened. Inside there was a warm fire and a table full of bread. The {0} shared the bread with all the hungry "
    "people. The end.",
    "Once upon a time there was a lonely {0} who lived on a hill. At night the {0} looked at the stars and made a wish. The "
    "next day a little bird came to the hill. The bird was cold and lost. The {0} gave the bird some water and a soft bed. "
    "From that day on the {0} and the bird were best friends. The end.",
)
STORY_WEIGHTS = (70, 20, 10)
HEROES = "dragon fox robot knight mouse king girl boy wizard cat".split()
ASK_STORY = (
    "Tell me a story.", "Tell me a story", "Please tell me a story.", "Tell me a long story.", "Tell a story.",
    "Can you tell me a story?", "Write a story.", "I want to hear a story.", "I would like a story.", "Tell me a bedtime story.",
    "Tell me a really long story.", "Tell us a story.", "Give me a story.", "A story, please.", "Do you know a story?",
)
ASK_STORY_ABOUT = (
    "Tell me a story about {}.", "Please tell me a story about {}.", "Write a story about {}.", "Tell me a long story about {}.",
    "Can you tell me a story about {}?", "I would like a story about {}.", "I want a story about {}.",
    "Tell me a bedtime story about {}.", "Give me a story about {}.",
)


def story(f, memory):
    """The longest replies, 60 tokens and more: something to watch while it streams."""
    text = f.random.choices(STORIES, STORY_WEIGHTS)[0]
    if f.chance(0.4):
        return Turn("story", f.phrase(ASK_STORY, usual=4), text.format(f.random.choices(HEROES[:4], (60, 20, 12, 8))[0]))
    hero = f.random.choice(HEROES)
    return Turn("story", f.phrase(ASK_STORY_ABOUT, usual=4).format(with_article(hero)), text.format(hero))
