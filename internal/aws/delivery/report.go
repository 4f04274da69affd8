package delivery

import "time"

// Report is the answer of GET /_emulator/deliveries: the rules of EventBridge and the schedules of EventBridge
// Scheduler of all accounts and regions, and what they have to bring to their targets.
type Report struct {
	Rules     []SourceReport `json:"rules"`
	Schedules []SourceReport `json:"schedules"`
	// MissedEvents is how many events of services were gone before rules were asked.
	MissedEvents uint64             `json:"missedEvents"`
	Pending      []PendingReport    `json:"pending"`
	DeadLetters  []DeadLetterReport `json:"deadLetters"` // the newest, oldest first
}

// SourceReport is a rule or a schedule. Its counts are since the emulator has begun.
type SourceReport struct {
	ARN     string     `json:"arn"`
	Enabled bool       `json:"enabled"`
	NextDue *time.Time `json:"nextDue,omitempty"`
	Counts
}

// PendingReport is a call of a target that is to be made.
type PendingReport struct {
	ID        string    `json:"id"`
	Source    string    `json:"source"` // the ARN of the rule, schedule, alarm or stack
	TargetARN string    `json:"targetArn"`
	MadeAt    time.Time `json:"madeAt"`
	NextAt    time.Time `json:"nextAt"`
	Failures  int       `json:"failures"`
	LastError string    `json:"lastError,omitempty"`
}

// DeadLetterReport is a delivery that was given up.
type DeadLetterReport struct {
	At         time.Time `json:"at"`
	ID         string    `json:"id"`
	Source     string    `json:"source"`
	TargetARN  string    `json:"targetArn"`
	Code       string    `json:"errorCode"`
	Message    string    `json:"errorMessage"`
	Retries    int       `json:"retries"`
	Exhausted  string    `json:"exhaustedRetryCondition,omitempty"`
	QueueARN   string    `json:"queueArn,omitempty"`
	QueueError string    `json:"queueError,omitempty"` // why the queue has not got it
	Body       string    `json:"body"`
}
