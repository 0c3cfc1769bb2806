"""The table against the local AWS: what is written comes back, conditions hold, lists are whole."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.aws import in_environment
from lectern.errors import Conflict, InvalidRequest, StoreUnavailable
from lectern.table import Delete, Put, Table, cursor_after, open_table


def item(pk: str, sk: str, **rest: object) -> dict[str, object]:
    return {"pk": pk, "sk": sk, **rest}


def test_values_come_back_as_they_were(table: Table) -> None:
    values: dict[str, object] = {
        "n": None,
        "b": True,
        "i": -3,
        "f": 0.1 + 0.2,
        "s": "ü\n",
        "e": "",
        "l": [1, {"x": 2.5}],
        "m": {},
    }
    table.put(item("T#values", "a", **values))
    assert table.get("T#values", "a") == item("T#values", "a", **values)
    assert isinstance((table.get("T#values", "a") or {})["i"], int)


def test_nothing_is_none(table: Table) -> None:
    assert table.get("T#none", "a") is None
    assert table.query("T#none").items == []


def test_a_value_that_no_table_holds_is_refused(table: Table) -> None:
    with pytest.raises(TypeError, match="set"):
        table.put(item("T#bad", "a", x={1}))


def test_delete_may_expect_a_revision(table: Table) -> None:
    table.put(item("T#del", "a", revision=2))
    for expected in (1, 3):
        with pytest.raises(Conflict):
            table.delete("T#del", "a", expected=expected)
    table.delete("T#del", "a", expected=2)
    assert table.get("T#del", "a") is None
    table.delete("T#del", "a")
    with pytest.raises(Conflict):
        table.delete("T#del", "a", expected=2)


def test_put_expects_a_revision(table: Table) -> None:
    table.put(item("T#rev", "a", revision=1), expected=0)
    with pytest.raises(Conflict):
        table.put(item("T#rev", "a", revision=1), expected=0)
    with pytest.raises(Conflict):
        table.put(item("T#rev", "a", revision=3), expected=2)
    table.put(item("T#rev", "a", revision=2, v="two"), expected=1)
    assert (table.get("T#rev", "a") or {})["v"] == "two"


def test_a_transaction_is_all_or_nothing(table: Table) -> None:
    table.put(item("T#all", "there", revision=1))
    with pytest.raises(Conflict):
        table.write([Put(item("T#all", "new", revision=1), 0), Put(item("T#all", "there", revision=1), 0)])
    assert table.get("T#all", "new") is None
    table.write([Put(item("T#all", "new", revision=1), 0), Delete("T#all", "there")])
    assert [found["sk"] for found in table.query("T#all").items] == ["new"]


def test_lists_by_prefix_page_by_page_and_backwards(table: Table) -> None:
    for number in range(7):
        table.put(item("T#list", f"A#{number}"))
    table.put(item("T#list", "B#0"))
    first = table.query("T#list", "A#", limit=3)
    second = table.query("T#list", "A#", limit=100, cursor=first.cursor)
    assert [found["sk"] for found in first.items + second.items] == [f"A#{number}" for number in range(7)]
    assert second.cursor is None
    assert next(table.all("T#list", "A#", backwards=True))["sk"] == "A#6"
    assert len(list(table.all("T#list", limit=2))) == 8


def test_the_index_lists_in_another_order(table: Table) -> None:
    for number, place in enumerate("cab"):
        table.put(item("T#index", str(number), gsi1pk="T#index#R", gsi1sk=place))
    assert [found["sk"] for found in table.query("T#index#R", indexed=True).items] == ["1", "2", "0"]


def test_a_cursor_of_another_tenant_is_refused(table: Table) -> None:
    for number in range(3):
        table.put(item("T#mine", str(number)))
        table.put(item("T#theirs", str(number)))
    cursor = table.query("T#theirs", limit=1).cursor
    forged = base64.urlsafe_b64encode(json.dumps([1]).encode()).decode()
    for bad in (cursor, forged, "?", "AAAA"):
        with pytest.raises(InvalidRequest):
            table.query("T#mine", cursor=bad)


def test_many_at_once(table: Table) -> None:
    for number in range(0, 120, 2):
        table.put(item("T#many", str(number)))
    found = table.get_many([("T#many", str(number)) for number in range(120)])
    assert sorted(int(one["sk"]) for one in found) == list(range(0, 120, 2))
    assert table.get_many([]) == []


def test_a_list_goes_on_after_any_item(table: Table) -> None:
    for number in range(5):
        table.put(item("T#after", str(number), gsi1pk="T#after#R", gsi1sk=str(9 - number)))
    third = table.query("T#after").items[2]
    assert [one["sk"] for one in table.query("T#after", cursor=cursor_after(third)).items] == ["3", "4"]
    onward = table.query("T#after#R", indexed=True, cursor=cursor_after(third, indexed=True))
    assert [one["sk"] for one in onward.items] == ["1", "0"]


@pytest.mark.parametrize("known", [{"pk": "T#mine"}, {"pk": "T#mine", "sk": "B#1"}, {"pk": "T#mine", "sk": ""}, {}])
def test_a_cursor_of_another_list_is_refused(table: Table, known: dict[str, str]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(known).encode()).decode()
    with pytest.raises(InvalidRequest):
        table.query("T#mine", "A#", cursor=cursor)


def test_writers_side_by_side_lose_nothing(table: Table) -> None:
    """Transactions that are undone leave what others wrote meanwhile."""
    table.put(item("T#side", "there", revision=1))

    def write(number: int) -> None:
        table.put(item("T#side", f"n{number:02}"))
        with pytest.raises(Conflict):
            table.write([Put(item("T#side", f"x{number}"), 0), Put(item("T#side", "there", revision=1), 0)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))
    assert [one["sk"] for one in table.query("T#side").items] == [*(f"n{n:02}" for n in range(24)), "there"]


def test_no_table_is_said(aws: dict[str, str]) -> None:
    with pytest.raises(StoreUnavailable, match="LECTERN_TABLE"):
        open_table("")
    with in_environment(aws), pytest.raises(StoreUnavailable, match="ResourceNotFound"):
        Table("nowhere").get("a", "b")
