package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TestATaskThatIsRebalancedSaysSo has a zone join in which the service has no task.
func TestATaskThatIsRebalancedSaysSo(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, zone := range []string{"us-east-1a", "us-east-1b"} {
		_, err := w.srv.AddInstances(t.Context(), emulator.Instances{AvailabilityZone: zone})
		w.must(err)
	}
	w.serviceOnInstances(ecs.CreateServiceInput{DesiredCount: aws.Int32(4)})
	w.untilServed("web", 4)
	_, err := w.srv.AddInstances(t.Context(), emulator.Instances{AvailabilityZone: "us-east-1c"})
	w.must(err)
	w.expectCauses(w.stoppedOf("web"), wanted{why.Rebalanced, []string{"service web has another task in its place in an Availability Zone with fewer of them."}, ""})
}

// TestADaemonThatStraysSaysWhy: its container instance has an attribute no more that the service asks for.
func TestADaemonThatStraysSaysWhy(t *testing.T) {
	t.Parallel()
	w := start(t)
	instances, err := w.srv.AddInstances(t.Context(), emulator.Instances{Attributes: map[string]string{"rack": "7"}})
	w.must(err)
	w.serviceOnInstances(ecs.CreateServiceInput{
		SchedulingStrategy:   types.SchedulingStrategyDaemon,
		PlacementConstraints: []types.PlacementConstraint{{Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("attribute:rack==7")}},
	})
	w.untilServed("web", 1)
	_, err = w.client.PutAttributes(t.Context(), &ecs.PutAttributesInput{Attributes: []types.Attribute{{Name: aws.String("rack"), Value: aws.String("8"), TargetId: &instances[0]}}})
	w.must(err)
	w.expectCauses(w.stoppedOf("web"), wanted{why.PlacementConstraint, []string{
		": container instance ", " no longer satisfied the placement constraints of service web, or what web:1 asks for.",
	}, "change the placement constraints"})
}

// TestAnInstanceThatRebootsIsNamed of its task and of the container instance.
func TestAnInstanceThatRebootsIsNamed(t *testing.T) {
	w, instance, task := slowInstance(t)
	_, err := ec2.NewFromConfig(w.srv.Config()).RebootInstances(t.Context(), &ec2.RebootInstancesInput{InstanceIds: []string{w.machineIDs()[instance]}})
	w.must(err)
	w.untilDisconnected(instance)
	w.expectWhy(instance, wanted{why.AgentDisconnected, []string{"Container instance ", " has its agent disconnected, as instance i-", " reboots since "}, "Wait until it has booted"})
	w.eventually("the task has stopped", func() bool {
		w.advance(time.Second)
		return *w.task(task).LastStatus == "STOPPED"
	})
	w.expectCauses(task, wanted{why.InstanceLost, []string{"EC2 instance i-", ", on which it ran, rebooted at "}, ""})
}

// slowInstance is an emulator that takes the time of AWS, with a container instance and a task of service web there.
func slowInstance(t *testing.T) (w *world, instance, task string) {
	w = start(t, emulator.Options{AWSDelays: true})
	w.must(w.srv.Clock().SetSpeed(600))
	instances, err := w.srv.AddInstances(t.Context(), emulator.Instances{})
	w.must(err)
	w.onInstances()
	w.must(w.srv.Clock().SetSpeed(0))
	return w, instances[0], *w.running()[0].TaskArn
}

func (w *world) untilDisconnected(instance string) {
	w.Helper()
	w.eventually("its agent is away", func() bool {
		r, err := w.srv.Why(instance)
		w.must(err)
		return !r.AsWanted
	})
}

// TestAnAgentThatIsDisconnectedIsNamed of the container instance, of a service that has no place there, and of a task that
// does not stop until it is back.
func TestAnAgentThatIsDisconnectedIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t)
	instances, err := w.srv.AddInstances(t.Context(), emulator.Instances{})
	w.must(err)
	w.onInstances()
	fault, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.DisconnectAgent, Instance: instances[0]})
	w.must(err)
	w.untilDisconnected(instances[0])
	w.expectWhy(instances[0], wanted{why.Fault, []string{" has its agent disconnected, so that no task is placed there: fault 1 (disconnect-agent)"}, "faults clear 1"})
	w.update(&ecs.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(2)})
	w.eventually("it has no place", func() bool { return strings.Contains(*w.service("web").Events[0].Message, "unable to place") })
	w.expectWhy("web", wanted{why.NoCapacity, []string{"of 1 container instance of cluster default 1 is not connected."}, "not connected"})

	task := *w.running()[0].TaskArn
	w.stop(task)
	w.expectCauses(task,
		wanted{why.UserStopped, []string{" has been stopping since ", "arn:aws:iam::000000000000:root stopped it, with the reason "}, ""},
		wanted{why.AgentDisconnected, []string{"the agent of its container instance ", " is not connected: it hears nothing of ECS, and ECS learns nothing of its tasks."}, "Connect the agent"})
	w.expectWhy(task, wanted{why.Fault, []string{"Fault " + fault + " (disconnect-agent"}, "faults clear " + fault})
}

// TestAnInstanceThatIsStoppedIsNamed: it is on the way to be started again, maybe, so it is not lost.
func TestAnInstanceThatIsStoppedIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t)
	instances, err := w.srv.AddInstances(t.Context(), emulator.Instances{})
	w.must(err)
	w.onInstances()
	task := *w.running()[0].TaskArn
	_, err = ec2.NewFromConfig(w.srv.Config()).StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: []string{w.machineIDs()[instances[0]]}})
	w.must(err)
	w.untilStoppedTask(task)
	w.untilDisconnected(instances[0])
	w.expectWhy(instances[0], wanted{why.AgentDisconnected, []string{" has its agent disconnected: no task is placed there."}, ""})
	w.expectWhy(instances[0], wanted{why.UserStopped, []string{"Instance i-", " since "}, ""})
	w.expectCauses(task, wanted{why.InstanceLost, []string{"EC2 instance i-", ", on which it ran, was stopped, as a caller of EC2 or its Auto Scaling group asked for."}, ""})
}
