package state

import "time"

// InstanceState is what EC2 tells EventBridge when an instance has come to a state. State makes its ID.
type InstanceState struct {
	ID                      string
	InstanceARN, InstanceID string
	State                   string // pending and so on
}

// ScalingActivity is what EC2 Auto Scaling tells EventBridge when it has launched or terminated an instance, or could not
// launch one. State makes its ID.
type ScalingActivity struct {
	ID, ActivityID        string
	GroupARN, Group       string
	InstanceARN           string // empty: there is none
	InstanceID            string
	Launches              bool // else it terminates
	Failed                bool
	Description, Cause    string
	Status, StatusMessage string
	Zone, Subnet          string
	StartTime, EndTime    time.Time
}
