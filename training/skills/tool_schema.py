"""What a tool is made of: parameters with a JSON Schema type, and the tool that a conversation offers."""
from dataclasses import dataclass, field

WHAT = ("The {}.", "The {} to use.", "A {}.", "{}")


@dataclass(frozen=True)
class Parameter:
    """`names` are alternatives. An optional parameter has clauses, which say its value at the end of a request."""

    names: tuple
    type: str  # string, integer, number, boolean or enum
    values: object  # enum: the values; integer, number: the range; string: the name of a method of Fillers
    clauses: tuple = ()

    @property
    def required(self):
        return not self.clauses

    def draw(self, f):
        if self.type == "enum":
            return f.random.choice(self.values)
        if self.type == "boolean":
            return f.chance(0.5)
        if self.type == "integer":
            return f.random.randint(*self.values)
        if self.type == "number":
            return f.random.randint(*self.values) + f.random.choice((0.5, 0.25, 0.75, 0.1, 0.2, 0.9))
        return getattr(f, self.values)() if isinstance(self.values, str) else self.values(f)

    def clause(self, f, value):
        """Of a boolean: the first half of the clauses says true, the second half false."""
        if self.type == "boolean":
            half = len(self.clauses) // 2
            return f.random.choice(self.clauses[:half] if value else self.clauses[half:])
        return f.random.choice(self.clauses).format(value)

    def schema(self, f, name):
        schema = {"type": "string", "enum": list(self.values)} if self.type == "enum" else {"type": self.type}
        if f.chance(0.2):
            schema["description"] = f.random.choice(WHAT).format(name.replace("_", " "))
        return schema


@dataclass(frozen=True)
class ToolKind:
    names: tuple
    descriptions: tuple
    parameters: tuple
    requests: tuple  # {0}, {1} are the required values, {+} is where the clauses of optional values go
    vague: tuple  # requests without the first parameter
    results: dict  # key -> how its value is drawn
    answer: str = None  # to a result that is not JSON; {0} as above, {result}

    def draw(self, f, kinds_name=0.5):
        name = self.names[0] if f.chance(kinds_name) else f.pick(self.names)
        if f.chance(0.08):
            words = name.split("_")
            name = words[0] + "".join(word.capitalize() for word in words[1:])
        return Tool(self, name, f.pick(self.descriptions), tuple(f.pick(p.names) if f.chance(0.4) else p.names[0] for p in self.parameters), f)


class Tool:
    """A kind of tool as one conversation offers it."""

    def __init__(self, kind, name, description, parameter_names, f):
        self.kind, self.name, self.description, self.parameter_names = kind, name, description, parameter_names
        # A tool without its optional parameters is another tool to the model.
        self.parameters = [
            (parameter_name, parameter)
            for parameter_name, parameter in zip(parameter_names, kind.parameters)
            if parameter.required or f.chance(0.7)
        ]
        properties = {parameter_name: parameter.schema(f, parameter_name) for parameter_name, parameter in self.parameters}
        schema = {"type": "object", "properties": properties}
        required = [parameter_name for parameter_name, parameter in self.parameters if parameter.required]
        if required:
            schema["required"] = required
        if f.chance(0.15):
            schema["additionalProperties"] = False
        self.definition = {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}
        if f.chance(0.1):
            del self.definition["function"]["description"]

    def request(self, f):
        """(the request, the arguments of the call that it asks for)."""
        if self.parameters and f.chance(0.12):
            return self.request_by_name(f)
        arguments, required, clauses = {}, [], ""
        for name, parameter in self.parameters:
            if parameter.required:
                arguments[name] = parameter.draw(f)
                required.append(said(arguments[name]))
            elif f.chance(0.55):
                arguments[name] = parameter.draw(f)
                clauses += parameter.clause(f, arguments[name])
        return f.random.choice(self.kind.requests).replace("{+}", clauses).format(*required), arguments

    def request_by_name(self, f):
        arguments = {name: parameter.draw(f) for name, parameter in self.parameters if parameter.required or f.chance(0.5)}
        form = f.random.choice(BY_NAME)
        pairs = form[1].join(form[2].format(name, said(value)) for name, value in arguments.items())
        if not arguments:
            return f"{form[0].split(' with')[0].rstrip(': (').format(self.name)}.", {}
        return form[0].format(self.name) + pairs + form[3], arguments


# opening, separator, pair, end
BY_NAME = (
    ("Call {} with ", " and ", "{} {}", "."), ("Use {} with ", ", ", "{} {}", "."), ("Call {} with ", ", ", "{} = {}", "."),
    ("Run {} with ", ", ", "{}={}", ""), ("Please call {} with ", " and ", "{} {}", "."), ("Use the tool {} with ", " and ", "{} {}", "."),
    ("Call the {} tool: ", ", ", "{} {}", "."), ("Call {} with ", ", ", "{} set to {}", "."),
)


def said(value):
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
