package scheduleexpression

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// rate is due each time its period has passed. A day of it has 24 hours, also when clocks are put forward or back.
type rate struct {
	period time.Duration // 0 if it is longer than a Duration, which is 292 years
}

var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// parseRate reads "5 minutes". For rules a value of 1 wants the singular and any other the plural; Scheduler takes
// either. That it does so after any number of blanks is a choice: it was not seen to refuse them.
func parseRate(text string, dialect Dialect) (rate, error) {
	digits, name, _ := strings.Cut(text, " ")
	if dialect == Scheduler {
		name = strings.TrimLeft(text, "0123456789")
		digits, name = text[:len(text)-len(name)], strings.TrimLeft(name, " ")
	}
	value, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || !isDigits(digits) || value == 0 {
		return rate{}, errors.New("the value of a rate is a number from 1 to 2147483647")
	}
	singular, plural := strings.CutSuffix(name, "s")
	unit, ok := units[singular]
	switch {
	case !ok:
		return rate{}, errors.New("the unit of a rate is minutes, hours or days")
	case dialect == Rules && plural == (value == 1):
		return rate{}, errors.New("the unit is singular with a value of 1, and else plural")
	case value > math.MaxInt64/int64(unit):
		return rate{}, nil
	}
	return rate{time.Duration(value) * unit}, nil
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func (r rate) next(after, anchor time.Time, _ *time.Location) (time.Time, bool) {
	if after.Before(anchor) {
		return anchor, true
	}
	if r.period == 0 {
		return time.Time{}, false
	}
	passed := after.Sub(anchor) // at most a Duration
	return after.Add(r.period - passed%r.period), true
}
