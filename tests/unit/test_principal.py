import pytest

from lectern.errors import Unauthenticated
from lectern.principal import Principal, from_claims


def test_a_cognito_users_claims() -> None:
    claims = {"sub": "u1", "custom:tenant": "north-school", "cognito:groups": "[teacher admin]"}
    assert from_claims(claims) == Principal("north-school", "u1", ("teacher", "admin"))


@pytest.mark.parametrize("tenant", ["", "../x", "a/b", "A", "-a", "a" * 64, "ü", "a\n"])
def test_a_tenant_is_a_key_segment_or_nothing(tenant: str) -> None:
    with pytest.raises(Unauthenticated):
        from_claims({"sub": "u1", "custom:tenant": tenant})
