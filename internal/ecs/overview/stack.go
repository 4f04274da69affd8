package overview

import (
	"cmp"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Stack is a stack of CloudFormation that is not as wanted.
type Stack struct {
	ID     string `json:"stackId"`
	Name   string `json:"stackName"`
	Status string `json:"stackStatus"`
	Reason string `json:"stackStatusReason,omitempty"`
	// Since is when the operation under way began, or when the last one ended.
	Since time.Time `json:"since"`
	// WaitsFor are the resources that the operation under way waits for, those first that it has waited for the longest.
	WaitsFor []StackResource `json:"waitsFor"`
	// MonitoredUntil is until when it watches the alarms that roll it back, if all has been made.
	MonitoredUntil time.Time `json:"monitoredUntil,omitzero"`
	// Failure is what has failed first in the operation under way or the last one, and RollbackFailure first in its rollback.
	Failure         *StackFailure `json:"firstFailure,omitempty"`
	RollbackFailure *StackFailure `json:"firstRollbackFailure,omitempty"`
	// NotAsWanted is why the stack is not as wanted.
	NotAsWanted string `json:"notAsWanted"`
	// Settled is set where the stack stays so until a client acts.
	Settled bool `json:"settled,omitempty"`
}

// StackResource is a resource that is being created, updated or deleted.
type StackResource struct {
	LogicalID  string    `json:"logicalResourceId"`
	PhysicalID string    `json:"physicalResourceId,omitempty"`
	Type       string    `json:"resourceType"`
	Status     string    `json:"resourceStatus"`
	Since      time.Time `json:"since,omitzero"` // when that began
	// Stabilizing is set where all calls have been made, and the resource has only to get stable.
	Stabilizing bool `json:"stabilizing,omitempty"`
	// RetryAt is when a delete that has failed is tried again; zero: it has not failed.
	RetryAt time.Time `json:"retryAt,omitzero"`
}

// StackFailure is the event of a resource that has failed, or of the stack itself.
type StackFailure struct {
	LogicalID string    `json:"logicalResourceId"`
	Type      string    `json:"resourceType"`
	Status    string    `json:"resourceStatus"`
	Reason    string    `json:"resourceStatusReason,omitempty"`
	At        time.Time `json:"timestamp"`
}

// readStacks reads those that are not as wanted: the others cost nothing.
func readStacks(tx *store.Tx) []Stack {
	shown := []Stack{}
	for _, s := range cloudformation.OpenStacks(tx) {
		shown = append(shown, readStack(tx, s))
	}
	return shown
}

func readStack(tx *store.Tx, s *cloudformation.Stack) Stack {
	shown := Stack{
		ID: s.ID, Name: s.Name, Status: string(s.Status), Reason: s.Reason, WaitsFor: []StackResource{},
		NotAsWanted: "it is " + string(s.Status), Settled: !s.Status.InProgress(),
	}
	first, inRollback := cloudformation.Failures(tx, s)
	shown.Failure, shown.RollbackFailure = failureOf(first), failureOf(inRollback)
	if op := cloudformation.FindOperation(tx, s.ID); op != nil {
		shown.Since, shown.MonitoredUntil = op.Began, op.MonitoredUntil
		shown.WaitsFor = append(shown.WaitsFor, waitsFor(tx, s)...)
		return shown
	}
	for e := range cloudformation.Events(tx, s.ID) {
		shown.Since = e.At
		break
	}
	return shown
}

func failureOf(e *cloudformation.Event) *StackFailure {
	if e == nil {
		return nil
	}
	return &StackFailure{LogicalID: e.LogicalID, Type: e.Type, Status: e.Status, Reason: e.Reason, At: e.At}
}

// waitsFor are the resources on which something is being done, or will be again.
func waitsFor(tx *store.Tx, s *cloudformation.Stack) (list []StackResource) {
	for _, r := range cloudformation.AllResources(tx, s.ID) {
		for _, p := range append([]*cloudformation.Physical{r.Now, r.Next}, r.Leaving...) {
			if p == nil {
				continue
			}
			waits := StackResource{LogicalID: r.LogicalID, PhysicalID: p.ID, Type: p.Spec.Type}
			switch {
			case p.Step != nil:
				waits.Status, waits.Since, waits.Stabilizing = strings.ToUpper(string(p.Step.Action))+"_IN_PROGRESS", p.Step.Began, p.Step.Stable
			case !p.RetryAt.IsZero():
				waits.Status, waits.RetryAt = string(cloudformation.ResourceDeleteFailed), p.RetryAt
			default:
				continue
			}
			list = append(list, waits)
		}
	}
	sorting.By(list, func(a, b StackResource) int { return cmp.Or(a.RetryAt.Compare(b.RetryAt), a.Since.Compare(b.Since)) })
	return list
}

// StackReasons is what there is to say of a stack that is not complete: what has failed first, also in its rollback, and what it
// waits for; empty if the stack is not there, or there is nothing to say.
func StackReasons(tx *store.Tx, id string) string {
	found := cloudformation.StackAt(tx, id)
	if found == nil {
		return ""
	}
	var reasons, waits []string
	s := readStack(tx, found)
	switch {
	case s.Failure != nil:
		reasons = append(reasons, s.Failure.String())
	case s.Settled && s.Reason != "":
		reasons = append(reasons, s.Reason)
	}
	if s.RollbackFailure != nil {
		reasons = append(reasons, "in its rollback "+s.RollbackFailure.String())
	}
	for _, w := range s.WaitsFor {
		waits = append(waits, w.LogicalID+" ("+w.Type+")")
	}
	if len(waits) > 0 {
		reasons = append(reasons, "it waits for "+strings.Join(waits, ", "))
	}
	return strings.Join(reasons, "; ")
}

// String says what has failed, and why.
func (f *StackFailure) String() string {
	text := f.LogicalID + " (" + f.Type + ") " + f.Status
	if f.Reason != "" {
		text += ": " + f.Reason
	}
	return text
}
