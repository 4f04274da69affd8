package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// What an instance is on the engine goes when EC2 stops it, and comes again with the first
// task after a start.
func TestAStoppedInstanceLeavesTheEngine(t *testing.T) {
	t.Parallel()
	w := start(t)
	instances, err := w.srv.AddInstances(t.Context(), emulator.Instances{AvailabilityZone: "us-east-1a"})
	w.must(err)
	described, err := w.client.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: instances})
	w.must(err)
	ids := []string{*described.ContainerInstances[0].Ec2InstanceId}
	_, err = w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeBridge,
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(64)}},
	})
	w.must(err)
	onEngine := func(when string, want int) {
		t.Helper()
		w.must(w.srv.Clock().Advance(time.Second))
		list, err := w.srv.Engine().List(t.Context(), map[string]string{"ecs-emulator.container-instance": instances[0]})
		w.must(err)
		sandboxes := 0
		for _, c := range list {
			if c.Sandbox {
				sandboxes++
			}
		}
		networks, err := w.srv.Engine().Networks(t.Context(), map[string]string{"ecs-emulator.container-instance": instances[0]})
		w.must(err)
		if sandboxes != want || len(networks) != want {
			t.Errorf("%s: %d sandboxes and %d networks; want %d", when, sandboxes, len(networks), want)
		}
	}
	client := ec2.NewFromConfig(w.srv.Config())
	for range 2 {
		onEngine("before a task", 0)
		out, err := w.client.StartTask(t.Context(), &ecs.StartTaskInput{TaskDefinition: aws.String("web"), ContainerInstances: instances})
		w.must(err)
		onEngine("with a task", 1)
		if got := *w.task(*out.Tasks[0].TaskArn).LastStatus; got != "RUNNING" {
			t.Errorf("the task is %s", got)
		}
		_, err = client.StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: ids})
		w.must(err)
		onEngine("stopped", 0)
		_, err = client.StartInstances(t.Context(), &ec2.StartInstancesInput{InstanceIds: ids})
		w.must(err)
	}
}
