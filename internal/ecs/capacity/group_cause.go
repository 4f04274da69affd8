package capacity

import (
	"fmt"
	"time"
)

// longestCause is how long the cause of an activity can be. Source: EC2 Auto Scaling API
// reference, Activity.
const longestCause = 1023

// unexplained reports whether no activity has told of the last request.
func (v GroupView) unexplained() bool {
	return v.Group.Change != nil && v.Group.Change.At.After(v.Group.Explained)
}

// Sentences of causes, two blanks between them. Source: recorded answers; field reports.

func (v GroupView) change() string {
	if !v.unexplained() {
		return ""
	}
	return "At " + v.Group.Change.At.UTC().Format(time.RFC3339) + " " + v.Group.Change.Text + ".  "
}

func (v GroupView) difference(what, how string, from, to int) string {
	return v.at() + fmt.Sprintf("an instance was %s in response to a difference between desired and actual capacity, %s the capacity from %d to %d.", what, how, from, to)
}

func (v GroupView) at() string { return "At " + v.Now.UTC().Format(time.RFC3339) + " " }
