package cloudwatch

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// farOff is how far the time of a datum is from the emulator's clock when the log says so. After an advance programs still have real time.
const farOff = 10 * time.Minute

// mostSenders bounds how many senders are remembered.
const mostSenders = 1000

// senders are the senders of whom the log has told that their clock is another one.
type senders struct {
	mu   sync.Mutex
	told map[string]bool
}

// isNew reports whether the log has not told of a sender.
func (s *senders) isNew(sender string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told[sender] || len(s.told) >= mostSenders {
		return false
	}
	if s.told == nil {
		s.told = map[string]bool{}
	}
	s.told[sender] = true
	return true
}

// warnOfClock tells once of each sender whose data have a time of another clock: a role, or else an access key.
func (a *API) warnOfClock(ctx context.Context, put *publication) {
	if put.off.Abs() <= farOff {
		return
	}
	call := awsapi.FromContext(ctx)
	sender := cmp.Or(call.Caller.ARN, call.AccessKeyID, "an unsigned request")
	if !a.senders.isNew(sender + " " + put.namespace) {
		return
	}
	what := "behind"
	if put.off > 0 {
		what = "ahead of"
	}
	a.log.Warn("metric data have a time that is far from the emulator's clock, so alarms and queries of now do not see them; "+
		"leave out Timestamp, and the emulator's time is taken", "sender", sender, "namespace", put.namespace, "off", put.off.Abs().Round(time.Second).String()+" "+what)
}
