package scheduler

import "time"

// Alarm is a CloudWatch alarm that a deployment names.
type Alarm struct {
	ARN       string
	Triggered bool
	// Window is how long it takes to tell of trouble: its evaluation periods.
	Window time.Duration
}
