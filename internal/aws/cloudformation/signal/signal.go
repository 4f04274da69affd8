// Package signal decides whether a resource has got the signals that it waits for. It is pure.
package signal

import (
	"fmt"
	"time"
)

// Signal is one that a resource has got.
type Signal struct {
	UniqueID string
	Failed   bool
	// Data and Reason are of what is sent to the handle of a wait condition.
	Data, Reason string
	At           time.Time
}

// Policy is what a resource waits for.
type Policy struct {
	Count   int
	Timeout time.Duration
	// MinSuccessful is how many instances of a group must succeed, in percent of Count; of other resources it is 100.
	MinSuccessful int
}

// Verdict is what has become of a resource that waits.
type Verdict uint8

// Verdicts.
const (
	Waits Verdict = iota
	Succeeded
	Failed
)

// Judge says what has become of a resource that has waited so long, and why it has failed.
type Judge func(p Policy, received []Signal, waited time.Duration) (v Verdict, why string)

// Counts are how many signals say what.
func Counts(received []Signal) (succeeded, failed int) {
	for _, s := range received {
		if s.Failed {
			failed++
		} else {
			succeeded++
		}
	}
	return succeeded, failed
}

// Judge is what has become of an instance or a wait condition, and why it has failed: its first failure fails it.
// Source: public reports of stacks have the words.
func (p Policy) Judge(received []Signal, waited time.Duration) (v Verdict, why string) {
	for _, s := range received {
		if s.Failed {
			return Failed, "Received FAILURE signal with UniqueId " + s.UniqueID
		}
	}
	switch {
	case len(received) >= p.Count:
		return Succeeded, ""
	case waited >= p.Timeout:
		return Failed, fmt.Sprintf("Failed to receive %d resource signal(s) within the specified duration", p.Count-len(received))
	default:
		return Waits, ""
	}
}

// JudgeGroup is as Judge, of a group whose instances may fail in part. One that has said nothing in time has failed.
// Source: CloudFormation user guide, CreationPolicy attribute, MinSuccessfulInstancesPercent; public reports have the words.
func (p Policy) JudgeGroup(received []Signal, waited time.Duration) (v Verdict, why string) {
	succeeded, failed := Counts(received)
	needed := p.Count/100*p.MinSuccessful + (p.Count%100*p.MinSuccessful+99)/100 // a Count of any size
	late := waited >= p.Timeout
	switch {
	case succeeded >= needed && (late || succeeded+failed >= p.Count):
		return Succeeded, ""
	case p.Count-failed < needed:
		return Failed, p.unsatisfied(failed, "FAILURE")
	case late:
		return Failed, p.unsatisfied(succeeded, "SUCCESS")
	default:
		return Waits, ""
	}
}

func (p Policy) unsatisfied(count int, kind string) string {
	return fmt.Sprintf("Received %d %s signal(s) out of %d. Unable to satisfy %d%% MinSuccessfulInstancesPercent requirement", count, kind, p.Count, p.MinSuccessful)
}

// JudgeHandle is as Judge, of a wait condition that takes the signals of a handle.
// Source: public reports of stacks have the words.
func (p Policy) JudgeHandle(received []Signal, waited time.Duration) (v Verdict, why string) {
	for _, s := range received {
		if s.Failed {
			return Failed, fmt.Sprintf("WaitCondition received failed message: '%s' for uniqueId: %s", s.Reason, s.UniqueID)
		}
	}
	switch {
	case len(received) >= p.Count:
		return Succeeded, ""
	case waited >= p.Timeout:
		return Failed, fmt.Sprintf("WaitCondition timed out. Received %d conditions when expecting %d", len(received), p.Count)
	default:
		return Waits, ""
	}
}
