package tide

import "testing"

func TestLevel(t *testing.T) {
	if got := Level(3); got != 121 {
		t.Errorf("Level(3) = %d", got)
	}
}

func TestNegative(t *testing.T) {
	if got := Level(-1); got != 0 {
		t.Fatalf("Level(-1) = %d", got)
	}
}
