package autoscaling

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

// rolling is a rolling update under way: it replaces the instances of a group that were launched from something else, in batches.
// Each step that asks for something is decided, and told of, before it is asked for, so that after a death the same is asked for
// again. Texts of events are known from public logs of deployments (CFN0030).
type rolling struct {
	*handler.Turn
	policy updatePolicy
	group  *types.AutoScalingGroup
	memo   rollingMemo
}

// rollingMemo is what a rolling update keeps from step to step.
type rollingMemo struct {
	// Obsolete are instances that are still to go, of Total at first; Gone have gone.
	Obsolete    []string `json:",omitempty"`
	Total, Gone int
	// Min and Size are the group's MinSize and DesiredCapacity without what is temporary: Grown is what both are set to meanwhile.
	Min, Size int32
	Grown     int32 `json:",omitempty"`
	// Batch are those that go now, Shrink of them without another one in their place. Asked says that they have been asked to.
	Batch  []string `json:",omitempty"`
	Shrink int      `json:",omitempty"`
	Asked  bool     `json:",omitempty"`
	// Expected is how many are to come, besides those that are Known. New are those that have come, and are waited for.
	Expected int      `json:",omitempty"`
	Known    []string `json:",omitempty"`
	New      []string `json:",omitempty"`
	// Since is when the wait began. Successes and Failures are signals.
	Since               time.Time
	Successes, Failures int
}

// rollGroup takes the next step of a rolling update, if the group has a policy for it.
func rollGroup(t *handler.Turn) (time.Duration, error) {
	policy, err := readUpdatePolicy(t.UpdatePolicy)
	if err != nil {
		return 0, handler.Failed(handler.InvalidRequest, "Invalid UpdatePolicy: %s", err)
	}
	if policy.rolling == nil {
		return 0, nil
	}
	g, err := groupNow(t, t.ID)
	if err != nil {
		return 0, err
	}
	if g == nil {
		return 0, handler.Failed(handler.NotFound, "AutoScalingGroup name not found - null")
	}
	r := rolling{Turn: t, policy: policy, group: g}
	if t.Memo != "" {
		if err := json.Unmarshal([]byte(t.Memo), &r.memo); err != nil {
			return 0, fmt.Errorf("read the memo of a rolling update: %w", err)
		}
	}
	again, err := r.step()
	if err != nil {
		return again, err
	}
	memo, err := json.Marshal(r.memo)
	t.Memo = string(memo)
	return again, err
}

func (r *rolling) step() (time.Duration, error) {
	m := &r.memo
	switch {
	case r.Memo == "":
		return r.begin()
	case !m.Asked:
		return r.ask()
	case len(m.Batch) > 0:
		return r.awaitTermination()
	case len(m.New) > 0:
		return r.awaitSignals()
	case m.Expected > 0:
		return r.awaitLaunch()
	case len(r.obsolete()) > 0:
		return r.nextBatch()
	default:
		return 0, r.restore()
	}
}

// begin finds what is obsolete. The group grows where it has not as many instances as are to be in service besides a batch. That it
// stays as it is otherwise is known from logs of 2024; older ones tell of the sizes in any case.
func (r *rolling) begin() (time.Duration, error) {
	obsolete, err := findObsolete(r.Turn, r.group)
	switch {
	case err != nil:
		return 0, err
	case len(obsolete) == 0 && !r.Restores:
		return 0, nil
	}
	size, most := aws.ToInt32(r.group.DesiredCapacity), aws.ToInt32(r.group.MaxSize)
	wanted := r.sizeWanted()
	if len(obsolete) == 0 { // of an update that was cancelled
		r.memo.Grown, r.memo.Min, r.memo.Size = size, aws.ToInt32(r.group.MinSize), wanted
		return 0, r.restore()
	}
	if r.policy.rolling.inService >= int(most) { // public reports have it
		return 0, handler.Failed(handler.InvalidRequest, "MinInstancesInService must be less than the autoscaling group's MaxSize")
	}
	r.memo = rollingMemo{Obsolete: obsolete, Total: len(obsolete), Min: aws.ToInt32(r.group.MinSize), Size: wanted}
	batch := min(r.policy.rolling.batch, len(obsolete))
	text := fmt.Sprintf("Rolling update initiated. Terminating %d obsolete instance(s) in batches of %d, while keeping at least %d instance(s) in service.",
		len(obsolete), batch, r.policy.rolling.inService)
	switch {
	case r.policy.rolling.signals:
		text += " Waiting on resource signals with a timeout of " + r.policy.rolling.pauseTime + " when new instances are added to the autoscaling group."
	case r.policy.rolling.pause > 0: // a guess
		text += " Pausing for " + r.policy.rolling.pauseTime + " when new instances are added to the autoscaling group."
	}
	r.Tell("%s", text)
	switch grown := min(int32(r.policy.rolling.inService+batch), most); {
	case grown > size:
		r.memo.Grown = grown
		r.expect(int(grown) - len(r.group.Instances))
		r.Tell("Temporarily setting autoscaling group MinSize and DesiredCapacity to %d.", grown)
	case size > wanted:
		r.memo.Grown = size
	}
	r.memo.Since = r.Now
	return handler.AtOnce, nil
}

// sizeWanted is the DesiredCapacity at the end. A rollback leaves it as it is until then.
func (r *rolling) sizeWanted() int32 {
	given, err := strconv.ParseInt(r.Text("DesiredCapacity"), 10, 32)
	if err != nil || !r.Restores || r.policy.ignoresSizes && !r.Changed("DesiredCapacity") {
		return aws.ToInt32(r.group.DesiredCapacity)
	}
	return int32(given)
}

// expect has new instances be waited for, besides those that are there.
func (r *rolling) expect(n int) {
	r.memo.Expected, r.memo.Known = max(n, 0), nil
	for _, i := range r.group.Instances {
		r.memo.Known = append(r.memo.Known, *i.InstanceId)
	}
}

// ask asks for what has been decided, at the beginning or for a batch. It may be asked for again.
func (r *rolling) ask() (time.Duration, error) {
	m := &r.memo
	if m.Gone == 0 && len(m.Batch) == 0 {
		if len(r.policy.rolling.suspend) > 0 {
			in := sdk.SuspendProcessesInput{AutoScalingGroupName: &r.ID, ScalingProcesses: r.policy.rolling.suspend}
			if err := r.Call(operation("SuspendProcesses"), &in, nil); err != nil {
				return 0, err
			}
		}
		if m.Grown > 0 {
			if err := r.resize(m.Grown, &m.Grown); err != nil {
				return 0, err
			}
		}
	}
	if m.Shrink > 0 {
		if err := r.resize(m.Min, nil); err != nil {
			return 0, err
		}
	}
	shrink := min(m.Shrink, int(aws.ToInt32(r.group.DesiredCapacity)-m.Min)) // or the group would have too few
	for n, id := range m.Batch {
		if !r.has(id) {
			continue
		}
		in := sdk.TerminateInstanceInAutoScalingGroupInput{InstanceId: &id, ShouldDecrementDesiredCapacity: aws.Bool(n < shrink)}
		if err := unlessGone(r.Call(operation("TerminateInstanceInAutoScalingGroup"), &in, nil)); err != nil {
			return 0, err
		}
	}
	m.Asked = true
	return handler.AtOnce, nil
}

func (r *rolling) resize(least int32, desired *int32) error {
	in := sdk.UpdateAutoScalingGroupInput{AutoScalingGroupName: &r.ID, MinSize: &least, DesiredCapacity: desired}
	return r.Call(operation("UpdateAutoScalingGroup"), &in, nil)
}

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

// nextBatch decides which instances go next, and how many of them are replaced: those that a group has grown by are not.
func (r *rolling) nextBatch() (time.Duration, error) {
	m, obsolete := &r.memo, r.obsolete()
	running := 0
	for _, i := range r.group.Instances {
		if inService(i) {
			running++
		}
	}
	n := min(r.policy.rolling.batch, len(obsolete), running-r.policy.rolling.inService)
	if n <= 0 {
		return r.stabilizes()
	}
	if m.Grown > 0 {
		over := int(aws.ToInt32(r.group.DesiredCapacity) - m.Size)
		m.Shrink = min(max(over-(len(obsolete)-n), 0), n)
	}
	m.Batch, m.Obsolete, m.Asked = obsolete[:n], obsolete[n:], false
	r.expect(n - m.Shrink)
	r.Tell("Terminating instance(s) [%s]; replacing with %d new instance(s).", strings.Join(m.Batch, ","), m.Expected)
	m.Since = r.Now
	return handler.AtOnce, nil
}

// restore ends what was temporary.
func (r *rolling) restore() error {
	m := &r.memo
	if m.Grown > 0 {
		if err := r.resize(m.Min, aws.Int32(min(aws.ToInt32(r.group.DesiredCapacity), max(m.Size, m.Min)))); err != nil {
			return err
		}
	}
	return r.resume()
}

// resume has processes go on that are suspended meanwhile. Which of them were suspended before is not looked at: a guess.
func (r *rolling) resume() error {
	if len(r.policy.rolling.suspend) == 0 {
		return nil
	}
	return r.Call(operation("ResumeProcesses"), &sdk.ResumeProcessesInput{AutoScalingGroupName: &r.ID, ScalingProcesses: r.policy.rolling.suspend}, nil)
}

// fail ends the update without success. The instances that the group has too many go with the rollback; its MinSize would not come
// back by that where the policy ignores sizes.
func (r *rolling) fail(format string, args ...any) error {
	if r.memo.Grown > 0 {
		if err := r.resize(r.memo.Min, nil); err != nil {
			return err
		}
	}
	if err := r.resume(); err != nil {
		return err
	}
	return &handler.Failure{Message: fmt.Sprintf(format, args...)}
}

// look is when to look at the group again: seldomer as time goes on.
func (r *rolling) look() time.Duration {
	return min(max(r.Now.Sub(r.memo.Since)/8, 20*time.Millisecond), 15*time.Second)
}

// obsolete are those that are still to go, and have not gone by themselves.
func (r *rolling) obsolete() (ids []string) {
	for _, i := range r.group.Instances {
		if slices.Contains(r.memo.Obsolete, *i.InstanceId) && !leaves(i) {
			ids = append(ids, *i.InstanceId)
		}
	}
	return ids
}

func (r *rolling) has(id string) bool {
	return slices.ContainsFunc(r.group.Instances, func(i types.Instance) bool { return *i.InstanceId == id })
}

func leaves(i types.Instance) bool { return strings.HasPrefix(string(i.LifecycleState), "Terminat") }

func inService(i types.Instance) bool {
	return i.LifecycleState == types.LifecycleStateInService && aws.ToString(i.HealthStatus) == "Healthy"
}
