"""Several light tasks from one function, each by its own function's application; events name their `task`."""

from functions.text.members import member, served
from lectern.http.together import together_app, together_handler
from lectern.settings import settings

app = together_app("text", served(), member)
handler = together_handler(app, served(), member, settings().preload_tasks)
