package scheduleexpression

import (
	"errors"
	"time"
)

// at is due once.
type at wall

// parseAt reads "2027-01-31T08:00:00", or the same without seconds.
func parseAt(text string) (at, error) {
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil && t.Format(layout) == text { // Parse takes fractions of a second, too
			return at(wallOf(t)), nil
		}
	}
	return at{}, errors.New("at takes a time as yyyy-mm-ddThh:mm:ss")
}

func (a at) next(after, _ time.Time, zone *time.Location) (time.Time, bool) {
	t, ok := wall(a).in(zone)
	return t, ok && t.After(after)
}
