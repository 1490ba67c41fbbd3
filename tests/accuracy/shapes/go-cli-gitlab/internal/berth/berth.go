// Package berth finds a place for a ship.
package berth

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
)

// ErrFull says that no berth is long enough.
var ErrFull = errors.New("no free berth")

// Berth is a place at the quay.
type Berth struct {
	Name   string
	Metres int
	Ship   string
}

// Default is the harbor as built.
var Default = []*Berth{{Name: "A1", Metres: 90}, {Name: "A2", Metres: 140}, {Name: "B1", Metres: 300}}

// Assign gives the shortest free berth that is long enough.
func Assign(all []*Berth, ship, length string) (*Berth, error) {
	m, err := strconv.Atoi(length)
	if err != nil || m <= 0 {
		return nil, fmt.Errorf("length %q is not a positive number", length)
	}
	free := make([]*Berth, 0, len(all))
	for _, b := range all {
		if b.Ship == "" && b.Metres >= m {
			free = append(free, b)
		}
	}
	if len(free) == 0 {
		return nil, ErrFull
	}
	sort.Slice(free, func(i, j int) bool { return free[i].Metres < free[j].Metres })
	free[0].Ship = ship
	return free[0], nil
}
