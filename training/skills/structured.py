"""Structured output: a sentence, and a JSON Schema or a list of keys to fill from it."""
import json

from dialect import compact, spaced

from .turn import Turn, listed

# What a sentence can say about its subject: alternatives of the key, a JSON type, how the value is drawn.
PERSON = {
    "name": ("name|full_name|first_name|customer|person|contact", "string", lambda f: f.name()),
    "age": ("age|years|age_in_years", "integer", lambda f: f.random.randint(5, 95)),
    "city": ("city|town|home|location|place", "string", lambda f: f.city()),
    "job": ("job|role|profession|occupation|trade", "string", lambda f: f.role()),
}
ORDER = {
    "item": ("item|product|article|thing", "string", lambda f: f.word()),
    "count": ("count|quantity|amount|number", "integer", lambda f: f.random.randint(2, 60)),
    "price": ("price|cost|total|sum", "number", lambda f: f.random.randint(1, 99) + f.random.choice((0.5, 0.25, 0.75, 0.99))),
    "buyer": ("buyer|customer|client|name", "string", lambda f: f.name()),
}
EVENT = {
    "title": ("title|event|name|subject", "string", lambda f: f.word()),
    "day": ("day|date|weekday|when", "string", lambda f: f.random.choice("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())),
    "time": ("time|start|starts_at|hour", "string", lambda f: f.time()),
    "place": ("place|location|city|where", "string", lambda f: f.city()),
}
ANIMAL = {
    "name": ("name|pet|animal_name|called", "string", lambda f: f.name()),
    "kind": ("kind|species|animal|type", "string", lambda f: f.random.choice("dog cat horse rabbit parrot goat".split())),
    "age": ("age|years|age_in_years", "integer", lambda f: f.random.randint(1, 30)),
    "tame": ("tame|friendly|is_tame|calm", "boolean", lambda f: f.chance(0.5)),
}
TICKET = {
    "number": ("number|id|ticket|ticket_id", "integer", lambda f: int(f.digits(4))),
    "problem": ("problem|subject|summary|issue", "string", lambda f: f.words(1, 2)),
    "level": ("level|priority|urgency|severity", "enum:low|medium|high", lambda f: f.random.choice(("low", "medium", "high"))),
    "reporter": ("reporter|author|user|name", "string", lambda f: f.name()),
}
# Sentences by the subject and the fields that they say.
SENTENCES = (
    (PERSON, "{name} is {age} years old and lives in {city}."), (PERSON, "{name} is a {job} from {city}."),
    (PERSON, "My neighbour {name}, a {job}, is {age}."), (PERSON, "{name} ({age}) works as a {job} in {city}."),
    (PERSON, "In {city} lives {name}, who is {age}."), (PERSON, "The {job} {name} moved to {city} at the age of {age}."),
    (PERSON, "Meet {name}, {age} years old."), (PERSON, "{name} lives in {city}."), (PERSON, "I am {name}, I am {age} and I work as a {job}."),
    (ORDER, "{buyer} bought {count} {item} for {price}."), (ORDER, "{count} {item} cost {price} in total."),
    (ORDER, "{buyer} ordered {count} pieces of {item}."), (ORDER, "The price is {price} for {count} {item}, paid by {buyer}."),
    (ORDER, "{buyer} paid {price} for one {item}."), (ORDER, "Please send {count} {item} to {buyer}."),
    (EVENT, "The {title} is on {day} at {time} in {place}."), (EVENT, "We meet on {day} at {time} for the {title}."),
    (EVENT, "On {day} there is a {title} in {place}."), (EVENT, "{title} starts at {time} in {place}."),
    (EVENT, "Do not forget the {title} on {day}, {time}."),
    (ANIMAL, "{name} is a {kind} and {age} years old."), (ANIMAL, "Our {kind} {name} is {age}."), (ANIMAL, "The {kind} is called {name}."),
    (ANIMAL, "{name} the {kind}, aged {age}, is {tame}."), (ANIMAL, "Our {kind} {name} is {tame}."),
    (TICKET, "Ticket {number}: {problem}, reported by {reporter}."), (TICKET, "{reporter} reports {problem} with {level} priority."),
    (TICKET, "Ticket {number} of {reporter} has {level} priority."), (TICKET, "{problem} is a problem of {level} priority (ticket {number})."),
)
GROUPS = ("data", "details", "info", "record", "entry", "object", "meta")
ASK_SCHEMA = (
    "{text}\nFill this JSON schema: {schema}", "Extract JSON from the text.\nSchema: {schema}\nText: {text}",
    "Answer with JSON that fits this schema: {schema}\n\n{text}", "{text}\n\nReturn JSON for this schema: {schema}",
    "Schema: {schema}\nText: {text}\nJSON:", "Convert to JSON. {text} Use the schema {schema}",
)
ASK_KEYS = (
    "Extract {keys} as JSON: {text}", "Give me {keys} as JSON.\n{text}", "{text}\nReturn a JSON object with the keys {keys}.",
    "Turn this into JSON with {keys}: {text}", "JSON with the keys {keys}, please: {text}",
)
SYSTEM = (
    "Answer only with JSON that fits this schema: {schema}", "Extract the data from the message as JSON. Schema: {schema}",
    "Reply in JSON. The schema is {schema}", "You fill JSON from sentences. Use this schema: {schema}",
)
SAID = {"tame": {True: ("tame", "friendly", "calm"), False: ("wild", "not tame", "not friendly")}}


def draw_fields(f):
    """(sentence, [(key, type, value)]) of a known subject, or of one whose keys are drawn anew and named in the sentence."""
    if f.chance(0.5):
        return draw_named_fields(f)
    subject, template = f.random.choice(SENTENCES)
    values, fields = {}, []
    for name, (keys, kind, draw) in subject.items():
        if "{" + name + "}" in template:
            values[name] = draw(f)
            key = f.pick(keys.split("|")) if f.chance(0.7) else keys.split("|")[0]
            if key not in [used for used, *_ in fields]:
                fields.append((key, kind, values[name]))
    said = {name: f.random.choice(SAID[name][value]) if name in SAID else value for name, value in values.items()}
    return template.format(**said), fields


def draw_named_fields(f):
    fields, said = [], []
    for key in {f.key(): None for _ in range(f.random.choice((1, 2, 2, 3, 3, 4)))}:
        kind, draw = f.random.choice((
            ("string", lambda: f.random.choice((f.word, f.name, f.city, lambda: f.words(2, 3)))()), ("string", f.word), ("integer", lambda: int(f.number())),
            ("number", lambda: f.random.randint(0, 99) + f.random.choice((0.5, 0.25, 0.1))), ("boolean", lambda: f.chance(0.5)),
        ))
        value = draw()
        fields.append((key, kind, value))
        words = key.replace("_", " ")
        shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
        said.append(f.random.choice(("the {} is {}", "its {} is {}", "the {} is {}")).format(words, shown))
    sentence = f.random.choice(("", "", f"About the {f.word()}: ", "Note: ")) + listed(said)
    return sentence[0].upper() + sentence[1:] + ".", fields


def schema_of(kind, f):
    if kind.startswith("enum:"):
        return {"type": "string", "enum": kind[5:].split("|")}
    return {"type": kind}


def draw_schema(f):
    """(sentence, JSON Schema, the JSON that fills it)."""
    sentence, fields = draw_fields(f)
    f.random.shuffle(fields)
    if len(fields) > 2 and f.chance(0.2):
        fields.pop()  # not everything that is said is asked for
    nested = len(fields) > 1 and f.chance(0.35)
    cut = f.random.randint(1, len(fields) - 1) if nested else len(fields)
    properties = {key: schema_of(kind, f) for key, kind, _ in fields[:cut]}
    value = {key: value for key, _, value in fields[:cut]}
    if nested:
        group = f.random.choice(GROUPS) if f.chance(0.4) else f.key()
        if group not in value:
            inner = {key: schema_of(kind, f) for key, kind, _ in fields[cut:]}
            properties[group] = object_schema(f, inner)
            value[group] = {key: value for key, _, value in fields[cut:]}
    return sentence, object_schema(f, properties), value


def object_schema(f, properties):
    schema = {"type": "object", "properties": properties}
    if f.chance(0.6):
        schema["required"] = list(properties)
    if f.chance(0.2):
        schema["additionalProperties"] = False
    return schema


def written(f, schema):
    return compact(schema) if f.chance(0.7) else spaced(schema) if f.chance(0.6) else json.dumps(schema, indent=2)


def fill_schema(f, memory):
    sentence, schema, value = draw_schema(f)
    return Turn("fill_schema", f.random.choice(ASK_SCHEMA).format(text=sentence, schema=written(f, schema)), spaced(value))


def extract_keys(f, memory):
    sentence, fields = draw_fields(f)
    f.random.shuffle(fields)
    keys = [key for key, *_ in fields]
    said = f.random.choice((listed(keys), ", ".join(keys), listed([f'"{key}"' for key in keys])))
    value = {key: value for key, _, value in fields}
    return Turn("extract_keys", f.random.choice(ASK_KEYS).format(text=sentence, keys=said), spaced(value))


def structured(f, memory):
    return (fill_schema if f.chance(0.6) else extract_keys)(f, memory)


def schema_in_system(f):
    """(system text, turns): one schema for the whole conversation, and a sentence a turn."""
    sentence, schema, value = draw_schema(f)
    return f.random.choice(SYSTEM).format(schema=written(f, schema)), [Turn("schema_in_system", sentence, spaced(value))]
