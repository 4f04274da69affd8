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

// An instance that was stopped before it was terminated stays registered. The instance that
// comes after it gets another address all the same.
func TestTheAddressOfATerminatedInstanceRests(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	srv, err := emulator.New(emulator.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	runOn := func(instance string) {
		t.Helper()
		client := ecs.NewFromConfig(srv.Config())
		_, err := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeBridge,
			ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(64)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		out, err := client.StartTask(t.Context(), &ecs.StartTaskInput{TaskDefinition: aws.String("web"), ContainerInstances: []string{instance}})
		if err != nil || len(out.Tasks) != 1 {
			t.Fatal(out, err)
		}
		tasks := &ecs.DescribeTasksInput{Tasks: []string{*out.Tasks[0].TaskArn}}
		if err := srv.Clock().Advance(time.Second); err != nil {
			t.Fatal(err)
		}
		described, err := client.DescribeTasks(t.Context(), tasks)
		if err != nil || *described.Tasks[0].LastStatus != "RUNNING" {
			t.Fatalf("task: %s, %v", aws.ToString(described.Tasks[0].StoppedReason), err)
		}
	}
	// launched is the container instance and the EC2 instance, and the address.
	launched := func() (instance, id, address string) {
		t.Helper()
		arns, err := srv.AddInstances(t.Context(), emulator.Instances{AvailabilityZone: "us-east-1a"})
		if err != nil {
			t.Fatal(err)
		}
		out, err := ecs.NewFromConfig(srv.Config()).DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: arns})
		if err != nil {
			t.Fatal(err)
		}
		id = *out.ContainerInstances[0].Ec2InstanceId
		machines, err := ec2.NewFromConfig(srv.Config()).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
		if err != nil {
			t.Fatal(err)
		}
		return arns[0], id, *machines.Reservations[0].Instances[0].PrivateIpAddress
	}

	instance, id, first := launched()
	runOn(instance)
	machines := ec2.NewFromConfig(srv.Config())
	if _, err := machines.StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: []string{id}}); err != nil {
		t.Fatal(err)
	}
	if err := srv.Clock().Advance(time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := machines.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{id}}); err != nil {
		t.Fatal(err)
	}
	if err := srv.Clock().Advance(time.Second); err != nil {
		t.Fatal(err)
	}
	instance, _, second := launched()
	if first == second {
		t.Errorf("both have %s", first)
	}
	runOn(instance)

	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	srv = emulator.Start(t, emulator.Options{DataDir: dir, OnExit: emulator.Remove})
	instance, _, third := launched()
	if third == second {
		t.Errorf("both have %s after a restart", third)
	}
	runOn(instance)
}

func BenchmarkAddInstances(b *testing.B) {
	for b.Loop() {
		srv := emulator.Start(b)
		if _, err := srv.AddInstances(b.Context(), emulator.Instances{Count: 4000}); err != nil {
			b.Fatal(err)
		}
	}
}
