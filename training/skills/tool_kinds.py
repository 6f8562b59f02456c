"""The tools that a system line may offer (`Tools: get_weather(city)`): kinds, and the names that each may bear.

Half of the tools bear their kind's own name, the others another one or an invented one, so that the model learns to
copy name and argument from the system line and not to recite `get_weather`.
"""
from dataclasses import dataclass
from typing import Callable

WEATHER = ("sunny", "rainy", "cloudy", "windy", "snowy", "foggy", "stormy", "clear")


@dataclass(frozen=True)
class ToolKind:
    weight: float  # how often it is offered or asked for
    names: tuple
    arguments: tuple
    questions: tuple
    value: Callable
    result: Callable
    answer: str

    def draw(self, f):
        return Tool(self, f.phrase(self.names, usual=6), f.phrase(self.arguments, usual=6))


@dataclass(frozen=True)
class Tool:
    kind: ToolKind
    name: str
    argument: str

    @property
    def signature(self):
        return f"{self.name}({self.argument})"

    def ask(self, f, value):
        return f.phrase(self.kind.questions).format(value=value, name=self.name)


class InventedKind(ToolKind):
    """A tool of which only the name is known: it is asked for by name, and its result is passed on."""

    def draw(self, f):
        words = [f.word() for _ in range(f.random.choice((1, 2, 2)))]
        return Tool(self, "_".join(words), f.word())


by_name = ("Call {name} with {value}.", "Use {name} with {value}.", "Please call {name} with {value}.", "Use the tool {name} for {value}.")
weather = ToolKind(
    weight=6,
    names=("get_weather", "weather", "fetch_weather", "check_weather", "current_weather", "weather_lookup"),
    arguments=("city", "location", "place", "town"),
    questions=(
        "What is the weather in {value}?", "What's the weather in {value}?", "How is the weather in {value}?",
        "What is the weather like in {value}?", "Tell me the weather in {value}.", "Weather in {value}?",
        "Check the weather in {value}.", "Can you check the weather in {value}?", "Is it raining in {value}?",
        "What is the weather in {value} today?", "How is the weather in {value} right now?",
        "Could you look up the weather in {value}?", "Look up the weather in {value}.", "Will it rain in {value}?",
        "Please get the weather for {value}.", "Get the weather in {value}.", "what is the weather in {value}",
        "I need the weather in {value}.", "Is it sunny in {value}?",
    ),
    value=lambda f: f.city(),
    result=lambda f, city: f"{f.random.choice(WEATHER)}, {f.random.randint(-9, 39)} degrees",
    answer="The weather in {value} is {result}.",
)
time = ToolKind(
    weight=1.5,
    names=("get_time", "time", "current_time", "fetch_time", "clock"),
    arguments=("city", "location", "place", "town"),
    questions=("What time is it in {value}?", "What is the time in {value}?", "Tell me the time in {value}.", "Which time is it in {value}?"),
    value=lambda f: f.city(),
    result=lambda f, city: f"{f.random.randint(0, 23)}:{f.random.randint(10, 59)}",
    answer="The time in {value} is {result}.",
)
price = ToolKind(
    weight=1.2,
    names=("get_price", "price", "look_up_price", "price_of"),
    arguments=("item", "product", "name", "thing"),
    questions=("How much does the {value} cost?", "What is the price of the {value}?", "What does the {value} cost?"),
    value=lambda f: f.word(),
    result=lambda f, item: f"{f.random.randint(1, 99)} gold",
    answer="The {value} costs {result}.",
)
dice = ToolKind(
    weight=1,
    names=("roll_dice", "dice", "throw_dice", "roll"),
    arguments=("sides", "faces", "max"),
    questions=("Roll a dice with {value} sides.", "Roll a {value} sided dice.", "Throw a dice with {value} sides."),
    value=lambda f: str(f.random.choice((4, 6, 8, 10, 12, 20))),
    result=lambda f, sides: str(f.random.randint(1, int(sides))),
    answer="You rolled {result}.",
)
invented = InventedKind(
    weight=1.5,
    names=(),
    arguments=(),
    questions=by_name,
    value=lambda f: f.random.choice((f.word, f.word, f.name, f.city, f.number))(),
    result=lambda f, value: " ".join(f.word() for _ in range(f.random.choice((1, 1, 2)))),
    answer="The result is {result}.",
)
TOOL_KINDS = (weather, time, price, dice, invented)
