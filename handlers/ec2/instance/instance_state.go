package instance

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Reasons for the state of an instance whose owner has called the API. Source: field reports.
var (
	userStops = ec2.Reason{
		Code: "Client.UserInitiatedShutdown", Message: "Client.UserInitiatedShutdown: User initiated shutdown", Transition: "User initiated",
	}
	noStopReason = ec2.Reason{}
)

// change is a wish for another state.
type change struct {
	wanted types.InstanceStateName
	why    ec2.Reason
	from   []types.InstanceStateName // where it is possible
	text   string                    // of the refusal where it is not
}

// Source of where a change is possible: EC2 user guide, instance lifecycle.
var (
	start = change{types.InstanceStateNameRunning, noStopReason,
		[]types.InstanceStateName{types.InstanceStateNameStopped, types.InstanceStateNameRunning, types.InstanceStateNamePending},
		"The instance '%s' is not in a state from which it can be started."}
	stop = change{types.InstanceStateNameStopped, userStops,
		[]types.InstanceStateName{types.InstanceStateNameRunning, types.InstanceStateNameStopping, types.InstanceStateNameStopped},
		"This instance '%s' is not in a state from which it can be stopped."}
	terminate = change{wanted: types.InstanceStateNameTerminated, why: userStops}
)

// StartInstances starts instances that were stopped.
func (a *API) StartInstances(ctx context.Context, in *sdk.StartInstancesInput) (*sdk.StartInstancesOutput, error) {
	changes, err := a.changeInstances(ctx, in.InstanceIds, in.DryRun, start.of)
	return &sdk.StartInstancesOutput{StartingInstances: changes}, err
}

// StopInstances stops instances; what runs on them ends.
func (a *API) StopInstances(ctx context.Context, in *sdk.StopInstancesInput) (*sdk.StopInstancesOutput, error) {
	if aws.ToBool(in.Hibernate) {
		return nil, kit.Refuse("UnsupportedHibernationConfiguration", "ecs-emulator does not hibernate instances") // the text is the emulator's
	}
	changes, err := a.changeInstances(ctx, in.InstanceIds, in.DryRun, stop.of)
	return &sdk.StopInstancesOutput{StoppingInstances: changes}, err
}

// TerminateInstances ends instances for good; those that are terminated stay so.
func (a *API) TerminateInstances(ctx context.Context, in *sdk.TerminateInstancesInput) (*sdk.TerminateInstancesOutput, error) {
	changes, err := a.changeInstances(ctx, in.InstanceIds, in.DryRun, terminate.of)
	return &sdk.TerminateInstancesOutput{TerminatingInstances: changes}, err
}

// RebootInstances has the containers of instances exit and their agents come back; states
// stay. Those that are terminated it ignores. Source: EC2 API reference, RebootInstances;
// the text of the refusal is the emulator's.
func (a *API) RebootInstances(ctx context.Context, in *sdk.RebootInstancesInput) (*sdk.RebootInstancesOutput, error) {
	_, err := a.changeInstances(ctx, in.InstanceIds, in.DryRun, func(i *ec2.Instance, now time.Time) (*ec2.Instance, error) {
		switch i.State() {
		case types.InstanceStateNameShuttingDown, types.InstanceStateNameTerminated:
			return i, nil
		case types.InstanceStateNameRunning:
			rebooting := *i
			rebooting.RebootAt = now
			return &rebooting, nil
		}
		return nil, kit.Refuse("IncorrectInstanceState", "The instance '%s' is not in a state from which it can be rebooted.", i.ID)
	})
	return &sdk.RebootInstancesOutput{}, err
}

// changeInstances changes all instances or, if a change of one is refused, none.
func (a *API) changeInstances(ctx context.Context, ids []string, dryRun *bool,
	change func(i *ec2.Instance, now time.Time) (*ec2.Instance, error),
) (changes []types.InstanceStateChange, err error) {
	if len(ids) == 0 {
		return nil, kit.Refuse("MissingParameter", "The request must contain the parameter InstanceId")
	}
	err = a.Store.Update(func(tx *store.Tx) error {
		changes = nil
		found, err := kit.NamedInstances(tx, kit.Scope(ctx), ids)
		if err != nil {
			return err
		}
		for _, i := range found {
			if err := checkOperator(i); err != nil {
				return err
			}
			changed, err := change(i, a.Clock().UTC())
			if err != nil {
				return err
			}
			if changed != i {
				ec2.PutInstance(tx, changed)
			}
			changes = append(changes, types.InstanceStateChange{
				InstanceId: &i.ID, PreviousState: instanceState(i.State()), CurrentState: instanceState(changed.State()),
			})
		}
		if aws.ToBool(dryRun) {
			return kit.ErrDryRun
		}
		return nil
	})
	return changes, err
}

// of is the instance as it is to be, or itself if that is wanted already.
func (c change) of(i *ec2.Instance, now time.Time) (*ec2.Instance, error) {
	if err := c.check(i); err != nil || i.Wanted == c.wanted {
		return i, err
	}
	changed := i.Want(c.wanted, c.why, now.Truncate(time.Second))
	if c.wanted == types.InstanceStateNameRunning {
		changed.LaunchAt = changed.WantedAt
	}
	return changed, nil
}

// check refuses a change. Source of the texts: field reports.
func (c change) check(i *ec2.Instance) error {
	switch {
	case c.from != nil && !slices.Contains(c.from, i.State()):
		return kit.Refuse("IncorrectInstanceState", c.text, i.ID)
	case c.wanted == types.InstanceStateNameStopped && i.Spot != nil:
		return kit.Refuse("UnsupportedOperation", "You can't stop the Spot Instance '%s' because it is associated with a one-time Spot Instance request. "+
			"You can only stop Spot Instances associated with persistent Spot Instance requests.", i.ID)
	case c.wanted == types.InstanceStateNameStopped && i.StopProtected && i.Wanted != c.wanted:
		return kit.Refuse("OperationNotPermitted", "The instance '%s' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.", i.ID)
	case c.wanted == types.InstanceStateNameTerminated && i.Protected && i.Wanted != c.wanted:
		return kit.Refuse("OperationNotPermitted", "The instance '%s' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", i.ID)
	}
	return nil
}
