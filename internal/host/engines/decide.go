// Package engines decides what becomes of container engines that do not answer, where the emulator has several, and makes it
// true:
//
//	decision := engines.Next(view) // pure: a status, and what follows from it
//
// An engine without an answer is unavailable. After a minute the agents of its container instances are disconnected, and after
// a while that the user chooses it is lost: its tasks on Fargate end, and their services replace them elsewhere. When it is
// back, the agent removes what is left there of tasks that have ended, and it is ready again.
//
// Of one engine without a name nothing is decided: its tasks wait for it.
package engines

import "time"

// Status is how an engine fares.
type Status string

// Statuses, in the words of /_emulator/health.
const (
	Ready       Status = "ready"
	Unavailable Status = "unavailable"
	Lost        Status = "lost"
	Refused     Status = "refused" // it answers, and must not be used: it is another one, or does not belong to the swarm any more
)

// agentsAfter is after how long without an answer the agents of container instances count as disconnected. The time is the
// emulator's own: AWS documents none.
const agentsAfter = time.Minute

// View is what is known of an engine.
type View struct {
	Answers, Refused bool
	// Since is when it has ceased to answer, by the emulator's clock, and Silence how long ago that is in real time.
	Since   time.Time
	Silence time.Duration
	// LostAfter is after how long by the clock it is lost; 0: never. AtLeast has to pass in real time as well: where containers
	// live in real time, a fast clock loses no engine that hiccups.
	LostAfter, AtLeast time.Duration
	Now                time.Time
}

// Decision is what follows.
type Decision struct {
	Status     Status
	AgentsAway bool          // the agents of its container instances are disconnected
	TasksEnd   bool          // so do its tasks on Fargate, without it
	Again      time.Time     // when to decide again by the clock; zero: never
	AgainIn    time.Duration // the same in real time
}

// Next decides about an engine.
func Next(v View) Decision {
	if v.Answers {
		return Decision{Status: Ready}
	}
	d := Decision{Status: Unavailable, AgentsAway: !v.Now.Before(v.Since.Add(agentsAfter))}
	if lostAt := v.Since.Add(v.LostAfter); v.LostAfter > 0 {
		switch {
		case v.Now.Before(lostAt):
			d.Again = lostAt
		case v.Silence < v.AtLeast:
			d.AgainIn = v.AtLeast - v.Silence
		default:
			d.Status, d.TasksEnd, d.AgentsAway = Lost, true, true
		}
	}
	if agentsAt := v.Since.Add(agentsAfter); !d.AgentsAway && (d.Again.IsZero() || agentsAt.Before(d.Again)) {
		d.Again = agentsAt
	}
	if v.Refused {
		d.Status = Refused
	}
	return d
}
