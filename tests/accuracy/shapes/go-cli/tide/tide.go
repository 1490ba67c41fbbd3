package tide

// Level is the water at hour h, in cm.
func Level(h int) int {
	if h < 0 {
		return 0
	}
	return 100 + 7*(h%12)
}
