"""A status that identity binds anew: two accounts were one person's, or were not after all."""

from uuid import uuid4

import pytest

from shared.rules.refused import Refused


@pytest.mark.servers
def test_a_status_that_is_bound_anew_is_its_new_persons_alone(registry):
    registry.enrolled()
    before, after = registry.person_id, uuid4()
    registry.person_id = after
    registry.hear_binding()
    registry.follow()
    assert registry.request(by=registry.by("request_report", after))
    with pytest.raises(Refused):
        registry.request(by=registry.by("request_report", before))
    registry.person_id = before  # the merge was split
    registry.hear_binding()
    registry.follow()
    assert registry.request(by=registry.by("request_report", before))
