import unittest
from unittest import mock

from parcelhub import tracking


class CheckDigit(unittest.TestCase):
    def test_known_numbers(self):
        self.assertEqual(tracking.check_digit("12345678901"), 2)
        self.assertEqual(tracking.check_digit("00000000000"), 0)

    def test_valid(self):
        self.assertTrue(tracking.valid("123456789012"))
        self.assertFalse(tracking.valid("123456789013"))
        self.assertFalse(tracking.valid("12345678901x"))


class Events(unittest.TestCase):
    def test_unknown_kinds_are_dropped(self):
        with mock.patch("parcelhub.tracking.requests.get") as get:
            get.return_value.json.return_value = [{"kind": "accepted"}, {"kind": "lost in space"}]
            self.assertEqual(tracking.fetch_events("http://api", "1"), ["accepted"])
        get.assert_called_once_with("http://api/parcels/1/events", timeout=5)
