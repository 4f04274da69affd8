package autoscaling

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

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
