package text

import (
	"fmt"
	"time"
)

// age is the time since then: 90s, 15m, 5h, 3d.
func (r *renderer) age(then time.Time) string {
	if then.IsZero() {
		return ""
	}
	return span(r.Options.Now.Sub(then))
}

func span(d time.Duration) string {
	d = max(0, d)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
}

// until is the time from now until then, as age has it.
func (r *renderer) until(then time.Time) string { return span(then.Sub(r.Options.Now)) }
