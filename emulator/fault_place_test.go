package emulator_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Containers that crash or do not start are chosen by task, cluster and zone, too.
func TestContainersOfATaskAClusterAndAZoneFail(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("other")})
	w.must(err)
	definition := w.register("web", "web", "sleep", "7200")
	run := func(cluster, zone string) string {
		return *w.run(definition, 1, ecs.RunTaskInput{Cluster: &cluster, NetworkConfiguration: inZones(zone)}).Tasks[0].TaskArn
	}
	status := func(task string) string {
		cluster := strings.Split(task, "/")[1]
		out, err := w.client.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: []string{task}})
		w.must(err)
		return *out.Tasks[0].LastStatus
	}
	a, b, other := run("default", "a"), run("default", "b"), run("other", "b")
	all := []string{a, b, other}
	for _, task := range all {
		w.eventually("it runs", func() bool { return status(task) == "RUNNING" })
	}
	for i, f := range []emulator.Fault{
		{Kind: emulator.CrashFault, Zone: "us-east-1a"}, {Kind: emulator.CrashFault, Cluster: "def*", Zone: "us-east-1b"}, {Kind: emulator.CrashFault, Task: other},
	} {
		id, err := w.srv.Faults().Add(f)
		w.must(err)
		w.eventually("it has crashed", func() bool { return status(all[i]) == "STOPPED" })
		w.srv.Faults().Clear(id)
		for _, task := range all[i+1:] {
			if got := status(task); got != "RUNNING" {
				t.Errorf("fault %d: another task is %s", i, got)
			}
		}
	}
	_, err = w.srv.Faults().Add(emulator.Fault{Kind: emulator.StartFault, Cluster: "other"})
	w.must(err)
	fails, runs := run("other", "a"), run("default", "a")
	w.eventually("one fails", func() bool { return status(fails) == "STOPPED" })
	w.eventually("one runs", func() bool { return status(runs) == "RUNNING" })
}

// EC2 launches nothing in a subnet that is full, an activity of a group says why, and the group tries again
// as soon as the fault ends.
func TestASubnetIsFullForInstances(t *testing.T) {
	t.Parallel()
	w := start(t)
	const subnet, why = "subnet-0ec5e3a1a70000001", "There are not enough free addresses in subnet 'subnet-0ec5e3a1a70000001' to satisfy the requested number of instances."
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.SubnetFull, Subnet: subnet})
	w.must(err)
	image := aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")
	machines := ec2.NewFromConfig(w.srv.Config())
	_, err = machines.RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId: image, InstanceType: ec2types.InstanceTypeT3Small, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), SubnetId: aws.String(subnet),
	})
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != "InsufficientFreeAddressesInSubnet" || refused.ErrorMessage() != why {
		t.Errorf("RunInstances: %v", err)
	}
	template, err := machines.CreateLaunchTemplate(t.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("web"), LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: image, InstanceType: ec2types.InstanceTypeT3Small},
	})
	w.must(err)
	groups := autoscaling.NewFromConfig(w.srv.Config())
	_, err = groups.CreateAutoScalingGroup(t.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("web"), MinSize: aws.Int32(1), MaxSize: aws.Int32(1), VPCZoneIdentifier: aws.String(subnet),
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateId: template.LaunchTemplate.LaunchTemplateId},
	})
	w.must(err)
	activities := func() []astypes.Activity {
		out, err := groups.DescribeScalingActivities(t.Context(), &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("web")})
		w.must(err)
		return out.Activities
	}
	w.eventually("an activity has failed", func() bool { return len(activities()) > 0 })
	// It has waited for minutes by now, and would for many more.
	w.must(w.srv.Clock().Advance(20 * time.Minute))
	if first := activities()[0]; first.StatusCode != astypes.ScalingActivityStatusCodeFailed || !strings.Contains(aws.ToString(first.StatusMessage), why) {
		t.Errorf("activity %s: %s", first.StatusCode, aws.ToString(first.StatusMessage))
	}
	w.srv.Faults().Clear(id)
	began := w.srv.Clock().Now()
	w.eventually("an instance is launched", func() bool { return activities()[0].StatusCode == astypes.ScalingActivityStatusCodeSuccessful })
	if took := w.srv.Clock().Now().Sub(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}
