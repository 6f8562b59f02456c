"""The tools that a system turn may offer. One kind in ten is held out: its requests are never in training."""
import zlib

from .tool_schema import Parameter, Tool, ToolKind

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
DATES = ("today", "tomorrow", "tonight", *DAYS, "2 May", "14 June", "3 July", "21 August", "9 September", "30 October")


def split(text):
    return tuple(text.split("|"))


def string(names, values, *clauses):
    return Parameter(split(names), "string", values, clauses)


def integer(names, low, high, *clauses):
    return Parameter(split(names), "integer", (low, high), clauses)


def number(names, low, high, *clauses):
    return Parameter(split(names), "number", (low, high), clauses)


def boolean(names, *clauses):
    return Parameter(split(names), "boolean", None, clauses)


def enum(names, values, *clauses):
    return Parameter(split(names), "enum", split(values), clauses)


def kind(names, descriptions, parameters, requests, vague=(), results=None, answer=None):
    return ToolKind(split(names), split(descriptions), tuple(parameters), tuple(requests), tuple(vague), results or {}, answer)


one_of = lambda *values: lambda f: f.random.choice(values)
whole = lambda low, high: lambda f: f.random.randint(low, high)
code = lambda f: f.digits(4)
date = lambda f: f.random.choice(DATES)
SKY = one_of("sunny", "rainy", "cloudy", "windy", "snowy", "foggy", "stormy", "clear")
STATUS = {"status": one_of("done", "ok", "saved", "queued", "failed", "pending")}
CITY = "city|location|place|town"

WEATHER = kind(
    "get_weather|weather|fetch_weather|check_weather|current_weather|weather_lookup|weather_report",
    "The weather in a city.|Get the current weather.|Look up the weather of a place.|Weather for a city.",
    [string(CITY, "city"), enum("unit|units|scale", "celsius|fahrenheit", " in {}"), integer("days|number_of_days", 2, 9, " for {} days", " for the next {} days")],
    ["What is the weather in {0}{+}?", "How is the weather in {0}{+}?", "Tell me the weather in {0}{+}.", "Weather in {0}{+}?", "Is it raining in {0}{+}?",
     "Check the weather in {0}{+}.", "What is the weather like in {0}{+}?", "Will it rain in {0}{+}?", "Please get the weather for {0}{+}.", "I need the weather in {0}{+}.",
     "what's the weather in {0}{+}", "Do I need an umbrella in {0}{+}?"],
    ["What is the weather?", "How is the weather?", "Check the weather, please.", "Tell me the weather."],
    {"sky": SKY, "temperature": whole(-9, 39), "wind": whole(0, 60)}, "The weather in {0} is {result}.",
)
KINDS = [
    WEATHER,
    kind("get_time|current_time|time|clock|world_clock", "The time in a city.|Get the current time.|What time it is somewhere.",
         [string(CITY, "city"), enum("format", "12h|24h", " in {} format")],
         ["What time is it in {0}{+}?", "What is the time in {0}{+}?", "Tell me the time in {0}{+}.", "How late is it in {0}{+}?"],
         ["What time is it?", "Tell me the time."], {"time": lambda f: f.time()}, "The time in {0} is {result}."),
    kind("get_price|look_up_price|price|price_check", "The price of an item.|Look up what a product costs.|Price of a product.",
         [string("item|product|article", "word"), enum("currency", "EUR|USD|GBP|JPY", " in {}")],
         ["How much does the {0} cost{+}?", "What is the price of the {0}{+}?", "What does the {0} cost{+}?", "Price of the {0}{+}?"],
         ["What does it cost?", "Look up the price."], {"price": whole(1, 99), "stock": whole(0, 50)}, "The {0} costs {result}."),
    kind("roll_dice|throw_dice|dice|roll", "Roll dice.|Roll a number of dice with so many sides.|Throw dice.",
         [integer("sides|faces", 4, 20), integer("count|number", 2, 6, " {} times")],
         ["Roll a dice with {0} sides{+}.", "Roll a {0} sided dice{+}.", "Throw a dice with {0} sides{+}.", "Roll a D{0}{+}."],
         ["Roll a dice.", "Throw the dice."], {"total": whole(1, 40)}, "You rolled {result}."),
    kind("convert_currency|exchange|currency_converter|convert_money", "Convert an amount of money.|Convert between currencies.",
         [number("amount|value", 1, 500), enum("from|from_currency|source", "EUR|USD|GBP|JPY"), enum("to|to_currency|target", "CHF|SEK|CAD|INR")],
         ["Convert {0} {1} to {2}.", "How much is {0} {1} in {2}?", "Change {0} {1} into {2}.", "What are {0} {1} in {2}?"],
         (), {"amount": whole(1, 900), "rate": whole(1, 9)}),
    kind("send_email|email|mail|send_mail", "Send an email.|Write an email to somebody.|Send a mail.",
         [string("to|recipient|address", "email"), string("subject|title", lambda f: f.words(1, 2, 3)), boolean("urgent|important", " and mark it as urgent", " and do not mark it as urgent")],
         ["Send an email to {0} about {1}{+}.", "Email {0} with the subject {1}{+}.", "Write a mail to {0} with the subject {1}{+}."],
         ["Send an email.", "Write an email for me."], STATUS),
    kind("create_event|add_event|new_event|add_to_calendar", "Add an event to the calendar.|Create a calendar entry.|Put an event in the calendar.",
         [string("title|name|event", lambda f: f.words(1, 2)), string("date|day|when", date), string("time|start", "time", " at {}"), integer("duration|minutes", 10, 120, " for {} minutes")],
         ["Add {0} to my calendar on {1}{+}.", "Create the event {0} on {1}{+}.", "Put {0} in the calendar for {1}{+}.", "Plan {0} on {1}{+}."],
         ["Add an event.", "Create a new event."], {"id": code, **STATUS}),
    kind("set_timer|start_timer|timer|countdown", "Start a timer.|Set a timer of some minutes.|Start a countdown.",
         [integer("minutes|duration", 1, 90), string("label|name", "word", " for the {}", " called {}")],
         ["Set a timer of {0} minutes{+}.", "Start a timer for {0} minutes{+}.", "Timer, {0} minutes{+}.", "Start a {0} minute timer{+}."],
         ["Set a timer.", "Start a timer."], STATUS),
    kind("set_alarm|alarm|wake_me", "Set an alarm.|Set the alarm clock.", [string("time|at", "time"), boolean("repeat|daily", " every day", " only once")],
         ["Set an alarm for {0}{+}.", "Wake me at {0}{+}.", "Set the alarm to {0}{+}."], ["Set an alarm.", "Wake me up."], STATUS),
    kind("search_products|find_products|product_search|shop_search", "Search the shop.|Find products in the catalogue.|Search for products.",
         [string("query|search|text", lambda f: f.words(1, 2)), number("max_price|budget|price_limit", 5, 200, " under {}", " for less than {}"), boolean("in_stock|available", " in stock", " even if out of stock")],
         ["Find {0}{+}.", "Search the shop for {0}{+}.", "Show me {0}{+}.", "I want to buy {0}{+}.", "Look for {0}{+}."],
         ["Search the shop.", "Find a product."], {"found": whole(0, 40), "best": lambda f: f.word()}),
    kind("add_to_cart|cart_add|put_in_cart", "Put a product into the cart.|Add an item to the shopping cart.",
         [string("product|item|article", "word"), integer("quantity|count|amount", 1, 12)],
         ["Add {1} {0} to my cart.", "Put {1} {0} in the cart.", "I will take {1} {0}, add them to the cart."], (), {"items": whole(1, 30), "total": whole(5, 300)}),
    kind("order_pizza|pizza|order_food", "Order a pizza.|Order a pizza from the kitchen.",
         [enum("size", "small|medium|large"), string("topping|extra", "word"), boolean("delivery|deliver", " and deliver it", " without delivery")],
         ["Order a {0} pizza with {1}{+}.", "I would like a {0} pizza with {1}{+}.", "One {0} {1} pizza{+}, please."], (), {"minutes": whole(10, 60), "price": whole(8, 30)}),
    kind("book_table|reserve_table|reservation|table_booking", "Book a table in a restaurant.|Reserve a table.",
         [integer("people|guests|persons", 1, 12), string("date|day", date), string("time|at", "time", " at {}"), boolean("outside|outdoors", " outside", " inside")],
         ["Book a table for {0} on {1}{+}.", "Reserve a table for {0} people on {1}{+}.", "I need a table for {0} on {1}{+}."], ["Book a table.", "Reserve a table for us."], {"table": whole(1, 40), **STATUS}),
    kind("find_flights|search_flights|flights|flight_search", "Find flights between two cities.|Search for flights.",
         [string("from|origin|departure", "city"), string("to|destination|arrival", "city"), string("date|day", date, " on {}"), enum("class|cabin", "economy|business", " in {} class"), ],
         ["Find flights from {0} to {1}{+}.", "Search flights from {0} to {1}{+}.", "I want to fly from {0} to {1}{+}.", "Show flights from {0} to {1}{+}."],
         ["Find me a flight.", "Search for flights."], {"flight": code, "price": whole(40, 900)}),
    kind("book_hotel|reserve_room|hotel_booking|book_room", "Book a hotel room.|Reserve a room in a hotel.",
         [string(CITY, "city"), integer("nights|days", 1, 14), boolean("breakfast|with_breakfast", " with breakfast", " without breakfast")],
         ["Book a hotel in {0} for {1} nights{+}.", "Reserve a room in {0} for {1} nights{+}.", "I need a hotel in {0} for {1} nights{+}."], ["Book a hotel.", "I need a hotel room."], {"room": whole(1, 500), "price": whole(40, 400)}),
    kind("play_music|play|play_song|start_music", "Play music.|Play a song.|Start some music.",
         [string("song|title|track", lambda f: f.title()), integer("volume|loudness", 1, 10, " at volume {}"), boolean("shuffle|random", " with shuffle", " without shuffle")],
         ["Play {0}{+}.", "Play the song {0}{+}.", "I want to hear {0}{+}.", "Put on {0}{+}."], ["Play a song.", "Play some music."], STATUS),
    kind("set_light|light|lights|switch_light", "Switch a light.|Turn a light on or off.|Control the lights.",
         [string("room|place", "word"), enum("state|power", "on|off"), enum("color|colour", "red|green|blue|white", " in {}")],
         ["Turn the light in the {0} {1}{+}.", "Switch the {0} light {1}{+}.", "Turn {1} the light in the {0}{+}."], (), STATUS),
    kind("set_temperature|set_heating|thermostat|heating", "Set the heating.|Set the temperature of a room.",
         [string("room|place|zone", "word"), number("degrees|temperature|celsius", 15, 25)],
         ["Set the {0} to {1} degrees.", "Heat the {0} to {1} degrees.", "Make it {1} degrees in the {0}."], (), STATUS),
    kind("translate|translate_text|translation", "Translate a text.|Translate words into a language.",
         [string("text|words", lambda f: f.words(1, 2, 3)), enum("language|to|target", "French|German|Spanish|Italian")],
         ["Translate {0} into {1}.", "How do you say {0} in {1}?", "What is {0} in {1}?"], (), {"translation": lambda f: f.word()}, "The translation is {result}."),
    kind("get_stock|stock_price|share_price|quote", "The price of a share.|Look up a stock price.", [string("symbol|ticker", lambda f: "".join(f.random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(f.random.choice((3, 4)))))],
         ["What is the stock price of {0}?", "How is {0} trading?", "Look up the share price of {0}.", "Stock price of {0}?"], ["What is the stock price?"], {"price": whole(1, 900), "change": whole(-9, 9)}),
    kind("create_task|add_task|add_todo|new_task", "Add a task to the list.|Create a to-do.|Add something to the to-do list.",
         [string("title|task|text", lambda f: f.words(2, 3)), enum("priority|importance", "low|medium|high", " with {} priority"), string("due|deadline", date, " until {}", " due {}")],
         ["Add the task {0}{+}.", "Create a task: {0}{+}.", "Add {0} to my tasks{+}.", "New task: {0}{+}."], ["Add a task.", "Create a new task."], {"id": code, **STATUS}),
    kind("complete_task|finish_task|close_task", "Mark a task as done.|Close a task.", [integer("id|task_id|number", 1, 99)],
         ["Mark task {0} as done.", "Close task {0}.", "Task {0} is done.", "Complete task {0}."], ["Mark the task as done."], STATUS),
    kind("get_user|find_user|lookup_user|user_info", "Look up a user.|Get the data of a user.|Find a user by id.", [integer("id|user_id", 1, 9999), boolean("include_orders|with_orders", " with the orders", " without the orders")],
         ["Look up user {0}{+}.", "Get user {0}{+}.", "Show me user {0}{+}.", "Who is user {0}{+}?"], ["Look up the user."], {"name": lambda f: f.name(), "city": lambda f: f.city()}),
    kind("track_order|order_status|get_order|find_order", "The status of an order.|Look up an order.|Track an order.", [string("order_id|order|number", code)],
         ["Where is my order {0}?", "What is the status of order {0}?", "Track order {0}.", "Has order {0} been sent?"], ["Where is my order?", "Track my order."], {"status": one_of("sent", "packed", "delivered", "lost", "new"), "days": whole(0, 9)}),
    kind("cancel_order|stop_order", "Cancel an order.|Stop an order that was placed.", [string("order_id|order|number", code), string("reason|why", "word", " because of the {}")],
         ["Cancel order {0}{+}.", "Please cancel my order {0}{+}.", "Stop order {0}{+}."], ["Cancel my order."], STATUS),
    kind("refund|issue_refund|pay_back", "Pay money back to a customer.|Refund an amount.", [string("customer|name", "name"), number("amount|sum", 1, 200)],
         ["Refund {1} to {0}.", "Pay {1} back to {0}.", "Give {0} a refund of {1}."], (), STATUS),
    kind("send_message|message|text|chat_message", "Send a message to somebody.|Text somebody.", [string("to|recipient|name", "name"), string("text|message|content", lambda f: f.words(2, 3, 4))],
         ["Send {0} the message {1}.", "Text {0}: {1}", "Tell {0}: {1}", "Message {0} with the text {1}."], ["Send a message."], STATUS),
    kind("get_directions|route|directions|navigate", "The way from one place to another.|Find a route.", [string("from|start|origin", "city"), string("to|end|destination", "city"), enum("mode|by", "car|train|bike|foot", " by {}")],
         ["How do I get from {0} to {1}{+}?", "Find the way from {0} to {1}{+}.", "Show the route from {0} to {1}{+}."], (), {"distance": whole(1, 900), "minutes": whole(5, 600)}),
    kind("search_web|web_search|search|find_online", "Search the web.|Look something up on the internet.", [string("query|text|q", lambda f: f.words(1, 2, 3)), integer("limit|max_results|count", 1, 10, " and show {} results")],
         ["Search the web for {0}{+}.", "Look up {0} on the web{+}.", "Search for {0} online{+}."], ["Search the web."], {"hits": whole(0, 99)}),
    kind("read_file|open_file|get_file|load_file", "Read a file.|Read the content of a file.", [string("path|file|filename", lambda f: f"{f.word()}.{f.random.choice(('txt', 'md', 'json', 'csv'))}"), integer("lines|max_lines", 2, 50, " but only {} lines")],
         ["Read {0}{+}.", "Open the file {0}{+}.", "Show me {0}{+}.", "What is in {0}{+}?"], ["Read the file."], {"content": lambda f: f.words(1, 2, 3)}),
    kind("write_file|save_file|create_file|store_file", "Write a file.|Save text in a file.", [string("path|file|filename", lambda f: f"{f.word()}.{f.random.choice(('txt', 'md'))}"), string("content|text|data", lambda f: f.words(1, 2, 3)), boolean("append|add", " at its end", " and replace what is there")],
         ["Write {1} to {0}{+}.", "Save {1} in the file {0}{+}.", "Store {1} in {0}{+}."], (), {"bytes": whole(1, 99)}),
    kind("calculate_tip|tip|tip_calculator", "Calculate a tip.|How much to tip.", [number("amount|bill|total", 5, 200), integer("percent|rate", 5, 25)],
         ["What is a {1} percent tip on {0}?", "Calculate {1} percent tip for a bill of {0}.", "How much is a tip of {1} percent on {0}?"], (), {"tip": whole(1, 40)}),
    kind("random_number|random|pick_number", "A random number.|Draw a random number between two numbers.", [integer("min|low|from", 1, 10), integer("max|high|to", 11, 100)],
         ["Give me a random number between {0} and {1}.", "Pick a number from {0} to {1}.", "Random number between {0} and {1}, please."], (), {"number": whole(1, 100)}),
    kind("create_user|add_user|new_user|register_user", "Create a user.|Register a new user.", [string("name|username", "name"), integer("age|years", 10, 90), boolean("admin|is_admin", " as an admin", " but not as an admin")],
         ["Create the user {0}, aged {1}{+}.", "Add a user called {0} who is {1} years old{+}.", "Register {0}, {1} years old{+}."], (), {"id": code}),
    kind("delete_file|remove_file|erase_file", "Delete a file.|Remove a file for good.", [string("path|file|filename", lambda f: f"{f.word()}.{f.random.choice(('txt', 'md', 'json', 'csv'))}"), boolean("confirm|force", " without asking", " but ask first")],
         ["Delete {0}{+}.", "Remove the file {0}{+}.", "Erase {0}{+}."], ["Delete the file."], STATUS),
    kind("attack|attack_enemy|hit", "Attack an enemy.|Attack a monster in the game.", [string("target|enemy|monster", "word"), enum("weapon|with", "sword|bow|axe|staff", " with the {}")],
         ["Attack the {0}{+}.", "Hit the {0}{+}.", "Fight the {0}{+}."], ["Attack!"], {"damage": whole(1, 30), "enemy_hp": whole(0, 99)}),
    kind("heal|heal_member|cure|restore_hp", "Heal a member of the party.|Give hp back to somebody.", [string("name|member|target", "name"), integer("amount|hp|points", 1, 50)],
         ["Heal {0} by {1} hp.", "Give {0} {1} hp.", "Cure {0} by {1} points."], (), {"hp": whole(1, 120)}),
    kind("move|move_to|walk|go", "Move in a direction.|Walk some steps.", [enum("direction|dir|heading", "north|south|east|west"), integer("steps|distance", 1, 20, " {} steps")],
         ["Go {0}{+}.", "Move {0}{+}.", "Walk {0}{+}.", "Walk to the {0}{+}."], ["Walk on.", "Move!"], {"place": lambda f: f.word()}),
    kind("buy_item|buy|purchase", "Buy an item.|Buy something in the game's shop.", [string("item|product|thing", "word"), integer("count|quantity|amount", 1, 9)],
         ["Buy {1} {0}.", "Purchase {1} {0} at the shop.", "I want to buy {1} of {0}."], (), {"gold": whole(0, 500)}),
    kind("measure_distance|distance|how_far", "The distance between two cities.|How far two places are apart.", [string("from|a|start", "city"), string("to|b|end", "city"), enum("unit|units", "km|miles", " in {}")],
         ["How far is it from {0} to {1}{+}?", "What is the distance from {0} to {1}{+}?", "Measure the distance between {0} and {1}{+}."], (), {"distance": whole(1, 9000)}),
    kind("rate_film|rate_movie|review_film", "Rate a film.|Give stars to a film.", [string("title|film|movie", lambda f: f.title()), integer("stars|rating|score", 1, 5), string("comment|note", lambda f: f.words(1, 2), " with the comment {}")],
         ["Give {0} {1} stars{+}.", "Rate the film {0} with {1} stars{+}.", "{1} stars for {0}{+}."], (), STATUS),
    kind("list_files|ls|show_files|dir", "List the files of a folder.|Show what is in a folder.", [string("folder|directory|path", "word"), boolean("hidden|all", " with hidden files", " without hidden files")],
         ["List the files in {0}{+}.", "Which files are in {0}{+}?", "Show the folder {0}{+}."], ["List the files."], {"files": whole(0, 99)}),
    kind("get_battery|battery|battery_level", "The battery's charge.|How full the battery is.", [], ["How full is the battery?", "What is the battery level?", "Check the battery.", "Is the battery low?"], (), {"percent": whole(0, 100)}),
    kind("take_photo|photo|camera", "Take a photo.|Use the camera.", [enum("camera|side", "front|back", " with the {} camera"), boolean("flash|use_flash", " with flash", " without flash")],
         ["Take a photo{+}.", "Take a picture{+}.", "Make a photo{+}."], (), {"file": lambda f: f"{f.word()}.jpg"}),
    kind("update_stock|set_stock|stock_update", "Set how many of a product are in stock.|Update the stock of a product.", [string("product|item|sku", "word"), integer("count|quantity|stock", 0, 500)],
         ["Set the stock of {0} to {1}.", "We have {1} {0} in stock now.", "Update the stock: {1} {0}."], (), STATUS),
    kind("report_bug|new_issue|create_ticket|open_ticket", "Report a bug.|Open a ticket.|Create an issue.", [string("title|summary|text", lambda f: f.words(2, 3)), enum("severity|level|priority", "minor|major|critical")],
         ["Report a {1} bug: {0}.", "Open a {1} ticket called {0}.", "There is a {1} bug: {0}."], (), {"ticket": code}),
]


def is_held_out(tool_kind):
    return zlib.crc32(tool_kind.names[0].encode()) % 10 == 3


TRAINED = [tool_kind for tool_kind in KINDS if not is_held_out(tool_kind)]
HELD_OUT = [tool_kind for tool_kind in KINDS if is_held_out(tool_kind)]


def invented_kind(f):
    """A tool of which only its schema is known: it is asked for by its parameters' names."""
    name = "_".join(f.word() for _ in range(f.random.choice((1, 2, 2))))
    parameters, said = [], []
    for i in range(f.random.choice((1, 1, 2, 2, 3, 4))):
        parameter_name = f.key()
        draw = f.random.choice((
            lambda: string(parameter_name, f.random.choice(("word", "name", "city"))), lambda: integer(parameter_name, 0, 999),
            lambda: number(parameter_name, 0, 99), lambda: boolean(parameter_name), lambda: enum(parameter_name, f"{f.word()}|{f.word()}|{f.word()}"),
        ))
        parameters.append(draw())
        said.append(f"{parameter_name.replace('_', ' ')} {{{len(said)}}}")
    verb = f.word()
    requests = [f"{opening} {verb} with {' and '.join(said)}." for opening in ("Please", "Now", "Do the")]
    return ToolKind((name,), (f"Do the {verb}.", f"{verb.capitalize()} something."), tuple(parameters), tuple(requests), (), {f.key(): lambda f: f.word()})
