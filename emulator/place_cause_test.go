package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// sized registers web with so many MiB for its container.
func (w *world) sized(memory int32) *string {
	w.Helper()
	registered, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("shop/app:2"), Memory: &memory, Command: []string{"sleep", "86400"},
		}},
	})
	w.must(err)
	return registered.TaskDefinition.TaskDefinitionArn
}

// TestExternalTasksHaveNoPlaceOnInstancesOfEC2: the cluster has some, which is not what lacks.
func TestExternalTasksHaveNoPlaceOnInstancesOfEC2(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.srv.AddInstances(t.Context(), emulator.Instances{})
	w.must(err)
	_, err = w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: w.sized(64), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeExternal,
	})
	w.must(err)
	w.eventually("it has no place", func() bool { return len(w.service("web").Events) > 0 })
	w.expectWhy("web", wanted{why.NoInstances, []string{
		"Service web finds no place for a task of web:1: cluster default has no external container instance.",
	}, "Register an external instance"})
}

// TestADaemonLacksRoomOnlyWhereItHasNoTask: one instance has its task, and little room beside it.
func TestADaemonLacksRoomOnlyWhereItHasNoTask(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, instanceType := range []string{"t3.medium", "t3.micro"} {
		_, err := w.srv.AddInstances(t.Context(), emulator.Instances{InstanceType: instanceType})
		w.must(err)
	}
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: w.sized(3000), SchedulingStrategy: types.SchedulingStrategyDaemon, LaunchType: types.LaunchTypeEc2,
	})
	w.must(err)
	w.eventually("one runs, and the other has no place", func() bool {
		w.advance(time.Second)
		s := w.service("web")
		return s.RunningCount == 1 && len(s.Events) > 0 && strings.Contains(*s.Events[0].Message, "unable to place")
	})
	w.expectWhy("web", wanted{why.NoCapacity, []string{": of 1 container instance of cluster default without a task of it 1 has too little memory ("}, "Stop what takes it"})
}

// TestADeletedServiceIsNoPuzzle, for as long as it is known.
func TestADeletedServiceIsNoPuzzle(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.createService("web", w.register("web", "web", "sleep", "86400"), 1)
	w.untilServed("web", 1)
	_, err := w.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	w.must(err)
	w.eventually("it is INACTIVE", func() bool {
		w.advance(time.Second)
		return *w.service("web").Status == "INACTIVE"
	})
	w.expectWhy("web", wanted{why.ServiceDeleted, []string{"Service web is INACTIVE: it was deleted at "}, ""})
}
