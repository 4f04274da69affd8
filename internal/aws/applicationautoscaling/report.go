package applicationautoscaling

import "time"

// Report is the answer of GET /_emulator/scaling: the scalable targets of all accounts and regions, and what holds them.
type Report struct {
	Targets []TargetReport `json:"targets"`
}

// TargetReport is a service that is scaled.
type TargetReport struct {
	Service     string `json:"service"` // ARN
	MinCapacity int32  `json:"minCapacity"`
	MaxCapacity int32  `json:"maxCapacity"`
	Desired     int32  `json:"desiredCount"`
	Running     int32  `json:"runningCount"`
	// Held is what holds scaling for now, in words: what is suspended, a deployment, a cool-down.
	Held       []string                `json:"held"`
	Policies   []PolicyReport          `json:"policies"`
	Scheduled  []ScheduledActionReport `json:"scheduledActions"`
	Activities []ActivityReport        `json:"activities"` // the newest, newest first
}

type PolicyReport struct {
	Name   string        `json:"name"`
	Type   string        `json:"type"`
	Alarms []AlarmReport `json:"alarms"`
}

// AlarmReport is an alarm that asks for a policy.
type AlarmReport struct {
	Name  string `json:"name"`
	State string `json:"state"` // empty: it was deleted
	// Values are the data points of the periods that the alarm looks at, oldest first.
	Values []float64 `json:"values"`
	// Wants is the count that the policy asks for if the alarm does so now; nil: it asks for no other one.
	Wants *int32 `json:"wants"`
	// Held is why nothing comes of the alarm now, in words; empty: something does, as soon as the alarm is evaluated.
	Held string `json:"held,omitempty"`
}

type ScheduledActionReport struct {
	Name        string     `json:"name"`
	NextDue     *time.Time `json:"nextDue,omitempty"`
	MinCapacity *int32     `json:"minCapacity,omitempty"`
	MaxCapacity *int32     `json:"maxCapacity,omitempty"`
}

type ActivityReport struct {
	StartedAt   time.Time  `json:"startTime"`
	EndedAt     *time.Time `json:"endTime,omitempty"`
	Status      string     `json:"statusCode"`
	Description string     `json:"description"`
	Cause       string     `json:"cause"`
	Message     string     `json:"statusMessage,omitempty"`
	NotScaled   []string   `json:"notScaledReasons,omitempty"` // codes
}
