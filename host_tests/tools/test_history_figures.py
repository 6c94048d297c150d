"""What docs/history.md says of a van: its records are small, and 2 MB hold two years of them."""

from tools.cost import history_figures as h


def test_a_van_s_records_take_fewer_bytes_than_a_peer_s(monkeypatch):
    monkeypatch.setattr(h, "DAYS", 1)
    count, size = h.records(h.van_ma)
    assert 200 < count < 400
    assert size < 0.75 * h.PEER_BYTES
    assert h.YEAR_BYTES / size / count > 2 * h.YEAR_DAYS
