package overview

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
)

// DenialsKeep is for how long an overview shows denials.
const DenialsKeep = 10 * time.Minute

// Denials are decisions in the last ten minutes that callers may not do what they wanted, in all clusters.
type Denials struct {
	Count int `json:"count"`
	// Enforced says whether the last one refused its request.
	Enforced      bool   `json:"enforced"`
	LastRequestID string `json:"lastRequestId"`
}

// DenialsOf are the denials of a log at a time of the emulator's clock; nil: there are none.
func DenialsOf(decisions *decision.Log, now time.Time) *Denials {
	list := decisions.Select(decision.Filter{Decision: decision.Denied, Since: now.Add(-DenialsKeep)})
	if len(list) == 0 {
		return nil
	}
	last := &list[len(list)-1]
	return &Denials{Count: len(list), Enforced: last.Enforced, LastRequestID: last.RequestID}
}
