def test_a():
    assert pay() == 1
