package clock

import "time"

// reading is what the real clocks show.
type reading struct {
	monotonic time.Duration // since the program began
	wall      time.Time
}

var began = time.Now()

func readReal() reading {
	now := time.Now()
	return reading{monotonic: now.Sub(began), wall: now.Round(0)}
}

// suspended is by how much the wall clock must be ahead of the monotonic one before
// the difference counts: less is the wall clock being set right.
const suspended = 2 * time.Second

// since is the time that has passed. The monotonic clock tells it best, but stands
// still while the machine is suspended, which jumped reports; the wall clock may be
// set back.
func (r reading) since(earlier reading) (passed time.Duration, jumped bool) {
	monotonic, wall := r.monotonic-earlier.monotonic, r.wall.Sub(earlier.wall)
	if wall > monotonic+suspended {
		return wall, true
	}
	return monotonic, false
}
