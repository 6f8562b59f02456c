"""Classifying a sentence into one of the labels that the prompt names."""
from dialect import spaced

from .turn import Turn, listed

# Label alternatives, then sentences that belong to it.
FEELINGS = {
    "positive|good|happy": ("I love the {word}.", "The {word} is great!", "What a wonderful {word}.", "The {word} works very well.", "{name} was so kind.",
        "I am happy with my {word}.", "Best {word} ever.", "I would buy the {word} again.", "The {word} is excellent.", "Great work, {name}!",
        "I really enjoyed {city}.", "The {word} is perfect.", "Thank you {name}, that was lovely."),
    "negative|bad|unhappy": ("I hate the {word}.", "The {word} is terrible.", "What an awful {word}.", "The {word} broke after a day.", "{name} was very rude.",
        "I am not happy with my {word}.", "Worst {word} ever.", "I want my money back for the {word}.", "The {word} is useless.", "Bad work, {name}.",
        "I was disappointed by {city}.", "The {word} is ugly and slow.", "The {word} never works."),
    "neutral|other|mixed": ("The {word} is in the {word2}.", "{name} has a {word}.", "I was in {city} on Monday.", "The {word} has two sides.", "There is a {word} here.",
        "{name} lives in {city}.", "The {word} arrived today.", "The {word} is next to the {word2}."),
}
TOPICS = {
    "sport|sports": ("{name} won the football match.", "The team from {city} scored three goals.", "{name} ran the marathon in {city}.", "The tennis final is on Sunday.", "The coach of {city} trains the players."),
    "weather|climate": ("It will rain in {city} tomorrow.", "The sun shines in {city}.", "A storm is coming to {city}.", "It is snowing again, says {name}.", "Clouds and wind all day in {city}."),
    "food|cooking": ("{name} cooks soup with {word}.", "The pizza in {city} tastes good.", "Bake the bread for an hour.", "{name} eats rice and fish for dinner.", "The recipe needs salt and butter."),
    "music|concert": ("{name} plays the guitar.", "The band sang in {city}.", "{name} wrote a new song.", "The concert in {city} was loud.", "The drums and the piano are out of tune."),
    "travel|transport": ("The train to {city} is late.", "{name} flies to {city}.", "We booked a hotel in {city}.", "The bus to {city} leaves at noon.", "{name} packed a suitcase for the trip."),
    "money|finance": ("The bank in {city} raised its interest.", "{name} paid the invoice.", "The price of the {word} went up.", "Taxes are due in May.", "{name} borrowed money from the bank."),
    "health|medicine": ("{name} has a fever.", "The doctor gave {name} a pill.", "The hospital in {city} is full.", "My tooth hurts.", "{name} broke a leg and saw a nurse."),
    "technology|tech|computers": ("The computer of {name} crashed.", "Install the new software update.", "The phone needs a new battery.", "{name} wrote a program for the robot.", "The server in {city} is offline."),
}
INTENTS = {
    "refund|money_back": ("I want my money back for the {word}.", "Please refund my {word}.", "Can I get a refund for order {number}?", "Return my payment, please.", "I would like to be paid back for the {word}."),
    "delivery|shipping": ("Where is my {word}?", "When will the {word} arrive?", "My parcel to {city} is late.", "Has order {number} been sent?", "The {word} has not been delivered."),
    "cancel|cancellation": ("Please cancel order {number}.", "I do not want the {word} any more, cancel it.", "Stop my subscription.", "Cancel my account.", "I want to end my contract."),
    "greeting|hello": ("Hello!", "Good morning, I am {name}.", "Hi there!", "Hey, how are you?", "Good evening."),
    "login|account|password": ("I forgot my password.", "I cannot log in.", "My account is locked.", "How do I reset my password?", "The login page does not accept {name}."),
    "complaint|problem": ("The {word} is broken.", "The {word} came damaged.", "I am angry about the {word}.", "Your {word} does not work.", "The {word} has a crack."),
}
URGENCY = {
    "urgent|high": ("The {word} is on fire, help now!", "We need the {word} immediately.", "Everything is down, act at once!", "This is an emergency in {city}.", "Fix it right now, {name}!"),
    "normal|low|not_urgent": ("When you have time, look at the {word}.", "No hurry with the {word}.", "Maybe next month we change the {word}.", "It can wait until {name} is back.", "Some day I would like a {word}."),
}
DOMAINS = (FEELINGS, FEELINGS, TOPICS, TOPICS, INTENTS, INTENTS, URGENCY)
ASK = (
    "Classify as {labels}: {text}", "Which label fits: {labels}?\n{text}", "Classify the text into one of {labels}.\nText: {text}",
    "Is this {labels}? {text}", "Labels: {labels}\nText: {text}\nLabel:", "{text}\nChoose one label: {labels}.", "Tag this message with one of {labels}: {text}",
    "Answer with one of these labels: {labels}. {text}",
)
SYSTEM = ("Classify each message as {labels}. Answer with the label only.", "You label messages. The labels are {labels}.", "Reply with one label for each message: {labels}.")


def draw_labels(f):
    """[(label, its sentences)], two to four of one domain."""
    domain = f.random.choice(DOMAINS)
    size = min(len(domain), f.random.choice((2, 2, 3, 3, 4)))
    chosen = f.random.sample(list(domain), size)
    if domain is FEELINGS and size == 2 and f.chance(0.8):
        chosen = list(domain)[:2]
    case = f.random.choice((str, str, str.upper, str.capitalize)) if f.chance(0.3) else str
    return [(case(f.random.choice(labels.split("|"))), domain[labels]) for labels in chosen]


def sentence(f, sentences):
    return f.random.choice(sentences).format(word=f.word(), word2=f.word(), name=f.name(), city=f.city(), number=f.digits(4))


def said_labels(f, labels):
    names = [label for label, _ in labels]
    return f.random.choice((", ".join(names), listed(names).replace(" and ", " or "), " / ".join(names), spaced(names)))


def classify(f, memory):
    labels = draw_labels(f)
    label, sentences = f.random.choice(labels)
    return Turn("classify", f.random.choice(ASK).format(labels=said_labels(f, labels), text=sentence(f, sentences)), label)


def labels_in_system(f):
    """(system text, turns): the labels hold for the whole conversation."""
    labels = draw_labels(f)
    turns = []
    for _ in range(f.random.choice((1, 2, 3, 4))):
        label, sentences = f.random.choice(labels)
        turns.append(Turn("labels_in_system", sentence(f, sentences), label))
    return f.random.choice(SYSTEM).format(labels=said_labels(f, labels)), turns
