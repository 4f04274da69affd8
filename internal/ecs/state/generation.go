package state

import "time"

// Generation is what a deployment and a task set have in common: tasks of one revision, and how the
// scheduler fares with them. ID, Revision, CreatedAt and Connect are written with it, once; all else is the scheduler's.
type Generation struct {
	ID        string // ecs-svc/ and 19 digits
	Revision  *ServiceRevision
	CreatedAt time.Time

	DesiredCount int
	Failures     int // in a row
	// Of the summary's failures, how many have been taken into Failures, and of
	// its FailedToStart, how many into the throttle.
	SeenFailures, SeenFailedToStart int
	// What the summary counted when a failure was seen last, and when that was: a
	// success after it ends the row.
	SeenStarted, SeenHealthy int
	FailedAt                 time.Time
	Throttle                 Throttle
	// How many registrations of targets, and deregistrations, have been announced.
	SeenRegistered, SeenDeregistered int
	// UnplacedAt is when there was no place for a task, which counts as an attempt, and
	// Unplaced how many attempts there have been in a row.
	UnplacedAt time.Time
	Unplaced   int
	// Connect is nil without Service Connect.
	Connect *Connect
}

// Throttle spaces out the starts of tasks that fail to start.
type Throttle struct {
	TaskDefinition string    // ARN; only in state files of before
	Failures       int       // attempts in a row
	Until          time.Time // no start before
}
