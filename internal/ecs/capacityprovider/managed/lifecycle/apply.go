package lifecycle

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// operator is who manages the instances, for EC2. Source: IAM's actions of EC2, ec2:ManagedResourceOperator; Lambda's is
// scaler.lambda.amazonaws.com, and ECS's is a choice.
const operator = "ecs.amazonaws.com"

// ends is why an instance ends that its controller terminates. Source: none.
var ends = ec2.Reason{
	Code: "Client.UserInitiatedShutdown", Message: "Client.UserInitiatedShutdown: User initiated shutdown", Transition: "User initiated",
}

// apply carries out a plan that was made on the transaction's own view. It returns why an instance could not be launched.
func apply(tx *store.Tx, v View, room *ec2.Room, p Plan) (failed error) {
	for _, d := range p.Drains {
		managed.AddDrain(tx, v.Provider.Scope(), d.ID, d.Drain)
	}
	for _, l := range p.Leaves {
		state.SetLeaves(tx, l.Instance, l.Is)
	}
	for _, n := range p.Notes {
		change(tx, v, n.ID, func(row *managed.Instance) { row.IdleAt, row.ImpairedAt = n.IdleAt, n.ImpairedAt })
	}
	for _, id := range p.Begin {
		begin(tx, v, id)
	}
	for _, id := range p.Retell {
		retell(tx, v, id)
	}
	for _, id := range p.Terminate {
		if i := ec2.FindInstance(tx, v.Provider.Scope(), id); i != nil {
			ec2.PutInstance(tx, i.Want(ec2types.InstanceStateNameTerminated, ends, v.Now))
		}
	}
	for _, id := range p.Gone {
		if row := managed.Find(tx, v.Provider.Scope(), id); row != nil {
			managed.Delete(tx, row)
		}
	}
	for _, f := range p.Fail {
		stop := state.Stop{Code: types.TaskStopCodeTaskFailedToStart, Cause: state.StopNoInstanceType, Reason: f.Reason, At: v.Now}
		state.StopTask(tx, f.Task, stop) // the placer ends it
	}
	for _, l := range p.Launch {
		if err := launch(tx, v, room, l); err != nil {
			failed = err
			break
		}
	}
	if p.End {
		capacityprovider.End(tx, v.Provider, v.Now)
	}
	return failed
}

func change(tx *store.Tx, v View, id string, with func(row *managed.Instance)) {
	if old := managed.Find(tx, v.Provider.Scope(), id); old != nil {
		changed := *old
		with(&changed)
		managed.Put(tx, &changed)
	}
}

// begin has an instance drain.
func begin(tx *store.Tx, v View, id string) {
	change(tx, v, id, func(row *managed.Instance) { row.DrainingAt = v.Now })
	retell(tx, v, id)
}

// retell has the container instance of one that goes drain, and say the strongest reason for it.
func retell(tx *store.Tx, v View, id string) {
	row, i := managed.Find(tx, v.Provider.Scope(), id), ec2.FindInstance(tx, v.Provider.Scope(), id)
	if row == nil || i == nil {
		return
	}
	registered := state.FindContainerInstance(tx, i.ContainerInstance)
	if registered == nil || registered.Status == state.InstanceInactive {
		return
	}
	c := *registered
	if c.Status != state.InstanceDraining {
		c.Status, c.DrainedAt = state.InstanceDraining, v.Now
	}
	if strongest, is := row.Strongest(); is {
		c.DrainedBy = strongest.Reason.Words()
	}
	state.PutContainerInstance(tx, &c, v.Now)
}

// launch launches an instance. Source: ECS API reference, InstanceLaunchTemplate.
func launch(tx *store.Tx, v View, room *ec2.Room, l Launch) error {
	p, template := v.Provider, v.Provider.Managed.InstanceLaunchTemplate
	spec := ec2.Spec{
		Scope: p.Scope(), Count: 1, At: v.Now, Type: l.Type.Name, Image: imageFor(p.Scope().Region, l.Type).ID, Subnet: l.Subnet,
		SecurityGroups: template.NetworkConfiguration.SecurityGroups, Profile: profile(tx, p), Tags: tags(p), Operator: operator,
		Monitoring: template.Monitoring == types.ManagedInstancesMonitoringOptionsDetailed, Agent: &ec2.Agent{Cluster: p.Cluster},
	}
	if template.CapacityOptionType == types.CapacityOptionTypeSpot {
		spec.Spot = &ec2.Spot{}
	}
	launched, err := ec2.Launch(tx, room, spec)
	if err != nil {
		return err
	}
	i := launched[0]
	managed.Put(tx, &managed.Instance{
		Scope: i.Scope, ID: i.ID, Provider: p.ARN, Cluster: p.Scope().Cluster(p.Cluster), LaunchedAt: v.Now, Replaces: l.Replaces, Repairs: l.Repairs,
	})
	if l.Replaces != "" {
		change(tx, v, l.Replaces, func(row *managed.Instance) { row.ReplacedBy = i.ID })
	}
	return nil
}

// profile is the instance profile of a provider. Where roles are not checked it need not exist.
func profile(tx *store.Tx, p *capacityprovider.Provider) *ec2types.IamInstanceProfile {
	asked := aws.ToString(p.Managed.InstanceLaunchTemplate.Ec2InstanceProfileArn)
	if asked == "" {
		return nil
	}
	known := &ec2types.IamInstanceProfile{Arn: &asked}
	if found := iam.InstanceProfiles.Find(tx, iam.AccountOf(p.Scope()), arn.Name(asked)); found != nil && found.ARN() == asked {
		known.Id = &found.ID
	}
	return known
}

// retryAt is when a launch is tried again that was refused.
func retryAt(now time.Time, p Plan) time.Time {
	p.wake(now.Add(retryLaunch))
	return p.WakeAt
}

// refusal is the text of why EC2 launches no instance.
func refusal(err error) string {
	if refused, is := errors.AsType[*ec2.Error](err); is {
		return refused.Message
	}
	return err.Error()
}
