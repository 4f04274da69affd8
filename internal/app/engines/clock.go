package engines

import (
	"fmt"
	"time"
)

// mostApart is how far the clocks of engines may be apart. Times of tasks, logs and metrics are each engine's own.
const mostApart = 2 * time.Second

// reading is what an engine's clock said, and when it had done so by the clock of this process.
type reading struct {
	name     string
	said, at time.Time
}

// apart says which clocks are too far apart: the first of all and the last. It is empty if none are.
func apart(readings []reading) string {
	var first, last reading
	var least, most time.Duration
	for _, r := range readings {
		if r.said.IsZero() {
			continue
		}
		ahead := r.said.Sub(r.at)
		if first.name == "" || ahead < least {
			first, least = r, ahead
		}
		if last.name == "" || ahead > most {
			last, most = r, ahead
		}
	}
	if most-least < mostApart {
		return ""
	}
	return fmt.Sprintf("the clock of engine %s is %s ahead of the clock of engine %s", last.name, (most - least).Round(100*time.Millisecond), first.name)
}

// warnOfClocks warns of engines whose times do not go together.
func (s *Set) warnOfClocks() {
	var readings []reading
	for _, e := range s.all {
		readings = append(readings, reading{e.Name, e.info.Time, e.answered})
	}
	if text := apart(readings); text != "" {
		s.Log.Warn(text + ": times of tasks, logs and metrics will not agree; have the machines set their clocks by NTP")
	}
}
