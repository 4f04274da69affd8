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
