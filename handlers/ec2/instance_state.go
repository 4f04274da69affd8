package ec2

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Reasons for the state of an instance whose owner has called the API. Source: field reports.
var (
	userStops = ec2.Reason{
		Code: "Client.UserInitiatedShutdown", Message: "Client.UserInitiatedShutdown: User initiated shutdown", Transition: "User initiated",
	}
	nobodyStops = ec2.Reason{}
)

// change is a wish for another state.
type change struct {
	wanted types.InstanceStateName
	why    ec2.Reason
	from   []types.InstanceStateName // where it is possible; others are refused
	verb   string                    // "stopped" in the refusal
}

// Source of where a change is possible: EC2 user guide, instance lifecycle.
var (
	start = change{types.InstanceStateNameRunning, nobodyStops,
		[]types.InstanceStateName{types.InstanceStateNameStopped, types.InstanceStateNameRunning, types.InstanceStateNamePending}, "started"}
	stop = change{types.InstanceStateNameStopped, userStops,
		[]types.InstanceStateName{types.InstanceStateNameRunning, types.InstanceStateNameStopping, types.InstanceStateNameStopped}, "stopped"}
)

// StartInstances starts instances that were stopped.
func (a *API) StartInstances(ctx context.Context, in *sdk.StartInstancesInput) (*sdk.StartInstancesOutput, error) {
	changes, err := a.changeInstances(ctx, in.InstanceIds, in.DryRun, start)
	return &sdk.StartInstancesOutput{StartingInstances: changes}, err
}

// StopInstances stops instances; what runs on them ends.
func (a *API) StopInstances(ctx context.Context, in *sdk.StopInstancesInput) (*sdk.StopInstancesOutput, error) {
	if aws.ToBool(in.Hibernate) {
		return nil, refuse("UnsupportedHibernationConfiguration", "ecs-emulator does not hibernate instances") // the text is the emulator's
	}
	changes, err := a.changeInstances(ctx, in.InstanceIds, in.DryRun, stop)
	return &sdk.StopInstancesOutput{StoppingInstances: changes}, err
}

// TerminateInstances ends instances for good; those that are terminated stay so.
func (a *API) TerminateInstances(ctx context.Context, in *sdk.TerminateInstancesInput) (*sdk.TerminateInstancesOutput, error) {
	changes, err := a.changeInstances(ctx, in.InstanceIds, in.DryRun, change{wanted: types.InstanceStateNameTerminated, why: userStops})
	return &sdk.TerminateInstancesOutput{TerminatingInstances: changes}, err
}

// changeInstances wants another state of all instances or, if one is refused, of none.
func (a *API) changeInstances(ctx context.Context, ids []string, dryRun *bool, c change) (changes []types.InstanceStateChange, err error) {
	if len(ids) == 0 {
		return nil, refuse("MissingParameter", "The request must contain the parameter InstanceId")
	}
	err = a.store.Update(func(tx *state.Tx) error {
		changes = nil
		found, err := findInstances(tx, scopeOf(ctx), ids)
		if err != nil {
			return err
		}
		for _, i := range found {
			if err := c.check(i); err != nil {
				return err
			}
		}
		if aws.ToBool(dryRun) {
			return errDryRun
		}
		for _, i := range found {
			changed := i.Want(c.wanted, c.why, a.now())
			if c.wanted == types.InstanceStateNameRunning && i.Wanted != c.wanted {
				changed.LaunchAt = a.now()
			}
			if changed.Wanted != i.Wanted {
				ec2.PutInstance(tx, changed)
			}
			changes = append(changes, types.InstanceStateChange{
				InstanceId: &i.ID, PreviousState: instanceState(i.State()), CurrentState: instanceState(changed.State()),
			})
		}
		return nil
	})
	return changes, err
}

// check refuses a change. Source of the texts: field reports.
func (c change) check(i *ec2.Instance) error {
	switch {
	case c.from != nil && !slices.Contains(c.from, i.State()):
		return refuse("IncorrectInstanceState", "The instance '%s' is not in a state from which it can be %s.", i.ID, c.verb)
	case c.wanted == types.InstanceStateNameTerminated && i.Protected && i.Wanted != c.wanted:
		return refuse("OperationNotPermitted", "The instance '%s' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", i.ID)
	}
	return nil
}
