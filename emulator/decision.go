package emulator

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
)

// Decision is one decision about what a caller wanted. One request may ask for several.
type Decision struct {
	RequestID string    // of the request, as AWS's errors and answers have it
	Time      time.Time // by the emulator's clock
	Principal string    // ARN of the caller: a user, the session of a role, or the root user
	Account   string    // of the request
	Region    string    // of the request
	Action    string    // such as ecs:RunTask
	Resource  string    // an ARN, or *
	// Allowed is what policies say. A denied request was refused if the decision is Enforced, and otherwise went on.
	Allowed, Enforced bool
	// Reason is the end of the text with which AWS refuses: "because no identity-based policy allows the ecs:RunTask action".
	Reason string
	// Layer is the kind of policies that decided: identity, boundary, session, resource or trust. It is empty for the root
	// user, whom no policy limits.
	Layer string
	// Policy is the ARN or name of the policy that decided, and Statement the Sid of its statement, or its number from 1.
	// They are empty if none allows the action.
	Policy, Statement string
}

// AccessFilter chooses decisions. Fields that are empty choose all.
type AccessFilter struct {
	// Principal is the ARN of a caller. The ARN of a role chooses all its sessions.
	Principal string
	Action    string // such as ecs:RunTask
	// Denied chooses decisions that the caller may not do what it wanted.
	Denied bool
	Since  time.Time // by the emulator's clock
}

// Access returns what was decided about callers, the newest last, of the last 10,000 decisions. While access is not checked,
// there are none.
func (s *Server) Access(filter AccessFilter) []Decision {
	wanted := decision.Filter{Principal: filter.Principal, Action: filter.Action, Since: filter.Since}
	if filter.Denied {
		wanted.Decision = decision.Denied
	}
	list := []Decision{}
	for _, d := range s.core.Decisions.Select(wanted) {
		list = append(list, Decision{
			RequestID: d.RequestID, Time: d.Time, Principal: d.Principal, Account: d.Account, Region: d.Region, Action: d.Action, Resource: d.Resource,
			Allowed: d.Decision == decision.Allowed, Enforced: d.Enforced, Reason: d.Reason, Layer: d.Layer, Policy: d.Policy, Statement: d.Statement,
		})
	}
	return list
}
