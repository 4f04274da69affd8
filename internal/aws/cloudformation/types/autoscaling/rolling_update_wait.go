package autoscaling

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
)

func (r *rolling) awaitTermination() (time.Duration, error) {
	m := &r.memo
	if slices.ContainsFunc(m.Batch, r.has) {
		return r.look(), nil
	}
	m.Gone += len(m.Batch)
	r.Tell("Successfully terminated instance(s) [%s] (Progress %d%%).", strings.Join(m.Batch, ","), (m.Gone*100+m.Total/2)/m.Total)
	m.Batch, m.Shrink, m.Since = nil, 0, r.Now
	return handler.AtOnce, nil
}

// stabilizeWithin is how long new instances may take to come into service. How long AWS waits is not known.
const stabilizeWithin = 30 * time.Minute

func (r *rolling) awaitLaunch() (time.Duration, error) {
	m := &r.memo
	var came []string
	for _, i := range r.group.Instances {
		if inService(i) && !slices.Contains(m.Known, *i.InstanceId) {
			came = append(came, *i.InstanceId)
		}
	}
	if len(came) < m.Expected {
		return r.stabilizes()
	}
	switch {
	case r.policy.rolling.signals:
		r.Tell("New instance(s) added to autoscaling group - Waiting on %d resource signal(s) with a timeout of %s.", len(came), r.policy.rolling.pauseTime)
	case r.policy.rolling.pause > 0: // a guess
		r.Tell("New instance(s) added to autoscaling group - Pausing for %s.", r.policy.rolling.pauseTime)
	}
	m.New, m.Since = came, r.Now
	return handler.AtOnce, nil
}

// stabilizes waits for instances, for some time. The text is known from public reports.
func (r *rolling) stabilizes() (time.Duration, error) {
	if r.Now.Sub(r.memo.Since) < stabilizeWithin {
		return r.look(), nil
	}
	return 0, r.fail("Group did not stabilize. {current/minimum/maximum group size: %d/%d/%d}.",
		len(r.group.Instances), aws.ToInt32(r.group.MinSize), aws.ToInt32(r.group.MaxSize))
}

// awaitSignals waits for the signals of new instances, or as long as they have to start what they run.
func (r *rolling) awaitSignals() (time.Duration, error) {
	m, left := &r.memo, r.memo.Since.Add(r.policy.rolling.pause).Sub(r.Now)
	if r.policy.rolling.signals {
		succeeded, failed, seen := r.signals()
		missing := len(m.New) - succeeded - failed
		switch {
		case seen:
			return handler.AtOnce, nil
		case failed > 0 && r.fails(m.Failures+failed):
			return 0, r.unsatisfied(m.Failures+failed, "FAILURE")
		case missing > 0 && left > 0:
			return min(r.look(), left), nil
		case missing > 0:
			r.Tell("Failed to receive %d resource signal(s) for the current batch.  Each resource signal timeout is counted as a FAILURE.", missing)
			if r.fails(m.Failures + failed + missing) {
				return 0, r.unsatisfied(m.Successes+succeeded, "SUCCESS")
			}
		}
		m.Successes += succeeded
		m.Failures += failed + missing
	} else if left > 0 {
		return left, nil
	}
	m.New, m.Expected, m.Since = nil, 0, r.Now
	return handler.AtOnce, nil
}

// signals are what new instances have sent, and whether some were seen to be ready just now.
func (r *rolling) signals() (succeeded, failed int, seen bool) {
	var own []signal.Signal
	for _, s := range r.Signals {
		if slices.Contains(r.memo.New, s.UniqueID) {
			own = append(own, s)
		}
	}
	for _, id := range r.memo.New {
		seen = r.Sees(id) || seen
	}
	succeeded, failed = signal.Counts(own)
	return succeeded, failed, seen
}

// fails reports whether so many failures are too many, of all instances that are replaced.
func (r *rolling) fails(failures int) bool {
	return (r.memo.Total-failures)*100 < r.memo.Total*r.policy.rolling.successful
}

func (r *rolling) unsatisfied(n int, kind string) error {
	return r.fail("Received %d %s signal(s) out of %d.  Unable to satisfy %d%% MinSuccessfulInstancesPercent requirement", n, kind, r.memo.Total, r.policy.rolling.successful)
}
