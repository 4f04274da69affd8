package stacks

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
)

// pause is how long an operation on a stack waits before it begins with resources.
func (s *Stacks) pause(kind cloudformation.Kind) time.Duration {
	if kind == cloudformation.DeleteStack {
		return s.Delays.Stacks.Delete
	}
	return s.Delays.Stacks.Begin
}

// slow has the creation of a resource take as long as on AWS. What has been made is looked at again then.
func (s *Stacks) slow(r handler.Request, done handler.Result) handler.Result {
	if r.Action != handler.Create || done.Failure != nil || done.Again != 0 {
		return done
	}
	if left := r.Began.Add(s.Delays.Stacks.Types[r.Type]).Sub(r.Now); left > 0 {
		done.Again, done.Configured = left, false // or there would be an event of a check, which is known of queues alone (CFN-26)
	}
	return done
}
