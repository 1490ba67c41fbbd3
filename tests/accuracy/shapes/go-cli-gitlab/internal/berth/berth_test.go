package berth

import (
	"errors"
	"testing"
)

func harbor() []*Berth {
	return []*Berth{{Name: "S", Metres: 50}, {Name: "L", Metres: 200}, {Name: "M", Metres: 100}}
}

func TestAssignTakesTheShortest(t *testing.T) {
	b, err := Assign(harbor(), "Ada", "60")
	if err != nil {
		t.Fatal(err)
	}
	if b.Name != "M" || b.Ship != "Ada" {
		t.Errorf("got %+v", b)
	}
}

func TestAssignFull(t *testing.T) {
	h := harbor()
	if _, err := Assign(h, "Big", "201"); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
}

func TestAssignBadLength(t *testing.T) {
	for _, l := range []string{"", "x", "0", "-5"} {
		if _, err := Assign(harbor(), "Ada", l); err == nil {
			t.Errorf("%q: no error", l)
		}
	}
}

func TestAssignTwice(t *testing.T) {
	h := harbor()
	first, _ := Assign(h, "Ada", "60")
	second, _ := Assign(h, "Bob", "60")
	if first == second {
		t.Error("the same berth twice")
	}
}
