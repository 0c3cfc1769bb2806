"""Grade an answer by a client that openapi-python-client generated.

openapi-python-client generate --path docs/openapi.json --meta none --output-path lectern_client
python ask.py http://127.0.0.1:8000 TOKEN
"""

import sys

from lectern_client import AuthenticatedClient
from lectern_client.api.grading import post_grade
from lectern_client.api.sentiment import post_sentiment
from lectern_client.models import GradeRequest, GradeResponse, Problem, SentimentRequest

address, token = sys.argv[1:]
client = AuthenticatedClient(address, token)

asked = GradeRequest(
    question="Why does ice float?",
    references=["Ice is less dense than water."],
    answer="It is lighter than the water.",
    max_score=2,
)
grade = post_grade.sync(client=client, body=asked)
assert isinstance(grade, GradeResponse)
print(f"{grade.label}, {grade.score} points, {100 * grade.confidence:.0f} % sure")

refused = post_sentiment.sync(client=client, body=SentimentRequest(text=" "))
assert isinstance(refused, Problem)
print("; ".join(f"{'.'.join(map(str, fault.loc))}: {fault.msg}" for fault in refused.errors or []))
