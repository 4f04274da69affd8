package main

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

func (p *process) autoScaling() *autoscaling.Client {
	o := p.client.Options()
	return autoscaling.New(autoscaling.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// capacityProvider makes one with managed scaling and managed draining, and the group of at most one instance
// that it stands for. It has the name of the group, which has a hook at the launch.
func (p *process) capacityProvider(name string) {
	p.Helper()
	scaling := p.autoScaling()
	_, err := p.ec2().CreateLaunchTemplate(p.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: &name, LaunchTemplateData: &ec2types.RequestLaunchTemplateData{
			ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
			InstanceType: ec2types.InstanceTypeT3Small,
		},
	})
	p.must(err)
	_, err = scaling.CreateAutoScalingGroup(p.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, MinSize: aws.Int32(0), MaxSize: aws.Int32(1), AvailabilityZones: []string{"us-east-1a"},
		LaunchTemplate: &autoscalingtypes.LaunchTemplateSpecification{LaunchTemplateName: &name},
		LifecycleHookSpecificationList: []autoscalingtypes.LifecycleHookSpecification{
			{LifecycleHookName: aws.String("ready"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING")},
		},
	})
	p.must(err)
	_, err = p.client.CreateCapacityProvider(p.Context(), &ecs.CreateCapacityProviderInput{
		Name: &name, AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: p.group(name).AutoScalingGroupARN, ManagedDraining: types.ManagedDrainingEnabled,
			ManagedScaling: &types.ManagedScaling{Status: types.ManagedScalingStatusEnabled},
		},
	})
	p.must(err)
	_, err = p.client.PutClusterCapacityProviders(p.Context(), &ecs.PutClusterCapacityProvidersInput{
		Cluster: aws.String("default"), CapacityProviders: []string{name},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: &name, Weight: 1}},
	})
	p.must(err)
}

func (p *process) group(name string) autoscalingtypes.AutoScalingGroup {
	p.Helper()
	out, err := p.autoScaling().DescribeAutoScalingGroups(p.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}})
	p.must(err)
	return out.AutoScalingGroups[0]
}

// untilMember waits until the only instance of a group is in a state, and returns its id.
func (p *process) untilMember(group string, state autoscalingtypes.LifecycleState) (id string) {
	p.Helper()
	p.eventually("the instance is "+string(state), func() bool {
		members := p.group(group).Instances
		if len(members) != 1 || members[0].LifecycleState != state {
			return false
		}
		id = *members[0].InstanceId
		return true
	})
	return id
}

func (p *process) untilInstanceOf(task string, status types.ContainerInstanceStatus) {
	p.Helper()
	p.eventually("the container instance is "+string(status), func() bool {
		out, err := p.client.DescribeContainerInstances(p.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: []string{*p.task(task).ContainerInstanceArn}})
		p.must(err)
		return aws.ToString(out.ContainerInstances[0].Status) == string(status)
	})
}

// A task that waits for capacity, an instance that waits for a launch hook, and one that drains: all go on to
// where they would have come without the kills.
func TestDockerCapacitySurvivesKills(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	args := []string{"--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn", "--speed", "0.001"}
	p := startServe(t, args...)
	again := func() {
		p.kill()
		p = startServe(t, args...)
	}
	p.capacityProvider("shop")
	definition, err := p.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("job"), ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("job"), Image: aws.String(dockertest.Image(t)), Command: []string{"sleep", "3600"}, Memory: aws.Int32(64),
		}},
	})
	p.must(err)
	started, err := p.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: definition.TaskDefinition.TaskDefinitionArn})
	p.must(err)
	task := *started.Tasks[0].TaskArn

	again()
	if waits := p.task(task); *waits.LastStatus != "PROVISIONING" || waits.ContainerInstanceArn != nil {
		t.Errorf("the task that waits is %s on %q", *waits.LastStatus, aws.ToString(waits.ContainerInstanceArn))
	}
	p.advance("1m")
	launched := p.untilMember("shop", autoscalingtypes.LifecycleStatePendingWait)

	again()
	if id := p.untilMember("shop", autoscalingtypes.LifecycleStatePendingWait); id != launched {
		t.Errorf("%s waits for the hook, and %s was launched", id, launched)
	}
	_, err = p.autoScaling().CompleteLifecycleAction(t.Context(), &autoscaling.CompleteLifecycleActionInput{
		AutoScalingGroupName: aws.String("shop"), LifecycleHookName: aws.String("ready"), InstanceId: &launched, LifecycleActionResult: aws.String("CONTINUE"),
	})
	p.must(err)
	p.untilMember("shop", autoscalingtypes.LifecycleStateInService)
	p.until(task, "RUNNING")
	container := p.engineID(task)

	_, err = p.autoScaling().TerminateInstanceInAutoScalingGroup(t.Context(), &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: &launched, ShouldDecrementDesiredCapacity: aws.Bool(true),
	})
	p.must(err)
	p.untilInstanceOf(task, types.ContainerInstanceStatusDraining)
	again()
	p.untilInstanceOf(task, types.ContainerInstanceStatusDraining)
	p.untilMember("shop", autoscalingtypes.LifecycleStateTerminatingWait)
	p.advance("2h") // heartbeats have it wait on
	p.untilMember("shop", autoscalingtypes.LifecycleStateTerminatingWait)
	p.until(task, "RUNNING")
	if id := p.engineID(task); id != container {
		t.Errorf("the task runs in %s, and ran in %s", id, container)
	}
	_, err = p.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &task})
	p.must(err)
	p.until(task, "STOPPED")
	p.eventually("the group is empty", func() bool { return len(p.group("shop").Instances) == 0 })
	if desired := p.group("shop").DesiredCapacity; *desired != 0 {
		t.Errorf("the group wants %d instances", *desired)
	}
}
