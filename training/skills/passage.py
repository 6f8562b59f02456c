"""Answering from a passage of up to about 150 tokens, and repeating its first sentence as a summary."""
from .turn import Turn

NOT_SAID = "The text does not say."

# Sentences of a passage, the questions that each answers, the answer, and what is drawn for it.
# {it} is the subject: a town, a person, a firm or a thing, whose name is drawn anew.
SUBJECTS = {
    "town": ("city", "{it} is a town in the {0}.", ("north", "south", "east", "west")),
    "person": ("name", "{it} is a {0}.", "role"),
    "firm": ("title", "{it} is a firm that makes {0}.", "word"),
    "festival": ("title", "{it} is a festival in {0}.", "city"),
}
FACTS = {
    "town": (
        ("{it} has {0} people.", ("How many people live in {it}?", "How many people does {it} have?"), "number"),
        ("The mayor is {0}.", ("Who is the mayor?", "Who is the mayor of {it}?"), "name"),
        ("The river is called {0}.", ("What is the river called?", "Which river is there?"), "city"),
        ("The market is on {0}.", ("When is the market?", "On which day is the market?"), "day"),
        ("Most people work in the {0}.", ("Where do most people work?", "Where do the people of {it} work?"), "word"),
        ("Its oldest house is a {0}.", ("What is the oldest house?", "Which house is the oldest?"), "word"),
        ("The town is famous for its {0}.", ("What is {it} famous for?", "What is the town famous for?"), "word"),
        ("The train to {0} leaves every hour.", ("Where does the train go?", "Which city does the train go to?"), "city"),
    ),
    "person": (
        ("{it} was born in {0}.", ("Where was {it} born?", "In which city was {it} born?"), "city"),
        ("{it} is {0} years old.", ("How old is {it}?", "What is the age of {it}?"), "age"),
        ("{it} has a dog called {0}.", ("What is the dog called?", "What is the name of the dog?"), "name"),
        ("{it} is married to {0}.", ("Who is {it} married to?", "Who is married to {it}?"), "name"),
        ("In the evening {it} likes to {0}.", ("What does {it} like to do in the evening?",), "word"),
        ("{it} drives a {0} car.", ("Which car does {it} drive?", "What colour is the car?"), ("red", "blue", "green", "white", "black")),
        ("{it} works for {0}.", ("Who does {it} work for?", "Which firm does {it} work for?"), "title"),
    ),
    "firm": (
        ("It was founded in {0}.", ("When was {it} founded?", "In which year was {it} founded?"), "year"),
        ("Its office is in {0}.", ("Where is the office?", "Where is the office of {it}?"), "city"),
        ("The boss is {0}.", ("Who is the boss?", "Who runs {it}?"), "name"),
        ("{0} people work there.", ("How many people work there?", "How many people work for {it}?"), "number"),
        ("The best product is the {0}.", ("What is the best product?", "Which product is the best?"), "word"),
        ("A {1} costs {0} euros.", ("What does a {1} cost?", "How much does a {1} cost?"), "number"),
    ),
    "festival": (
        ("It starts on {0}.", ("When does it start?", "When does {it} start?"), "day"),
        ("A ticket costs {0} euros.", ("What does a ticket cost?", "How much is a ticket?"), "number"),
        ("The first singer is {0}.", ("Who is the first singer?", "Who sings first?"), "name"),
        ("You can eat {0} there.", ("What can you eat there?", "What is there to eat?"), "word"),
        ("The gate opens at {0}.", ("When does the gate open?", "At what time does the gate open?"), "time"),
        ("Last year {0} guests came.", ("How many guests came last year?",), "number"),
        ("Bring a {0} with you.", ("What should you bring?", "What do you have to bring?"), "word"),
    ),
}
FILLING = (
    "Many people like the {word}.", "In summer it is warm.", "There is also a {word}.", "The {word} is {word2}.", "Nobody knows why.",
    "The story of the {word} is old.", "Some say the {word} is too {word2}.", "That was a long time ago.", "Visitors often ask about the {word}.",
)
ASK = (
    "{text}\n\n{question}", "Text: {text}\nQuestion: {question}", "Read this: {text}\n{question}", "Answer from the text.\n{text}\n{question}",
    "{question}\n\n{text}", "Context: {text}\n\nQuestion: {question}", "Use only this text to answer: {text}\n\n{question}",
    "<context>\n{text}\n</context>\n{question}", "Question: {question}\nText: {text}",
)
ASK_SUMMARY = (
    "Summarize: {text}", "Summarise this text: {text}", "{text}\n\nSummarize the text in one sentence.", "Give me a short summary.\n{text}",
    "Sum this up: {text}", "Write a summary of this text.\n\n{text}", "TL;DR: {text}", "What is this text about?\n{text}",
)
SYSTEM = ("Answer from this text: {text}", "Use this text to answer the questions of the user.\n{text}", "You know only this: {text}", "Context:\n{text}")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def draw_value(f, kind):
    if isinstance(kind, tuple):
        return f.random.choice(kind)
    if kind == "day":
        return f.random.choice(DAYS)
    if kind == "age":
        return str(f.random.randint(18, 95))
    if kind == "year":
        return str(f.random.randint(1850, 2020))
    return getattr(f, kind)()


def draw_passage(f):
    """(sentences, [(question, answering sentence)], questions that the passage does not answer)."""
    kind = f.random.choice(list(SUBJECTS))
    name_kind, opening, first_value = SUBJECTS[kind]
    it = getattr(f, name_kind)()
    first = opening.format(draw_value(f, first_value), it=it)
    if " is a " in first and first.split(" is a ")[1][0] in "aeiou":
        first = first.replace(" is a ", " is an ", 1)
    facts = f.random.sample(FACTS[kind], len(FACTS[kind]))
    said, unsaid = facts[: f.random.choice((2, 3, 3, 4, 5))], facts[-1]
    body, pairs = [], []
    for template, questions, value_kind in said:
        extra = f.word()
        sentence = template.format(draw_value(f, value_kind), extra, it=it)
        body.append(sentence)
        pairs.append((f.random.choice(questions).format("", extra, it=it), sentence))
    for _ in range(f.random.choice((0, 0, 1, 2, 3))):
        body.insert(f.random.randint(0, len(body)), f.random.choice(FILLING).format(word=f.word(), word2=f.word()))
    missing = [f.random.choice(unsaid[1]).format("", f.word(), it=it)] if unsaid not in said else []
    return [first, *body], pairs, missing


def from_passage(f, memory):
    sentences, pairs, missing = draw_passage(f)
    if missing and f.chance(0.25):
        question, skill, reply = missing[0], "not_in_passage", NOT_SAID
    else:
        (question, reply), skill = f.random.choice(pairs), "from_passage"
    return Turn(skill, f.random.choice(ASK).format(text=" ".join(sentences), question=question), reply)


def summarize(f, memory):
    sentences, _, _ = draw_passage(f)
    return Turn("summarize", f.random.choice(ASK_SUMMARY).format(text=" ".join(sentences)), sentences[0])


def passage(f, memory):
    return (from_passage if f.chance(0.75) else summarize)(f, memory)


def passage_in_system(f):
    """(system text, turns): the passage stands in the system turn, and several questions follow."""
    sentences, pairs, missing = draw_passage(f)
    turns = [Turn("passage_in_system", question, reply) for question, reply in pairs]
    turns += [Turn("passage_in_system", question, NOT_SAID) for question in missing]
    f.random.shuffle(turns)
    return f.random.choice(SYSTEM).format(text=" ".join(sentences)), turns[: f.random.choice((1, 2, 3, 4))]
