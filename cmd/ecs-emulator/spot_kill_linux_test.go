package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// interrupted is where a Spot Instance that has its notice comes, and what its group and its service have then.
type interrupted struct {
	Drains                        string // the status of its container instance
	Instance                      ec2types.InstanceStateName
	Reason, Request, RequestState string
	Members                       int // of the group
	Running                       int32
}

// A Spot Instance has its notice, and the emulator is killed half a minute before its time is over: it drains on,
// ends at the same time, and its group and its service have others, as without the kill.
func TestSpotNoticeSurvivesAKill(t *testing.T) {
	t.Parallel()
	want := interrupted{
		Drains: "DRAINING", Instance: ec2types.InstanceStateNameTerminated, Reason: "Server.SpotInstanceTermination",
		Request: "instance-terminated-no-capacity", RequestState: "closed", Members: 1, Running: 1,
	}
	for name, kill := range map[string]bool{"killed": true, "not killed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"--engine", "sim", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn", "--speed", "0"}
			p := startServe(t, args...)
			spot := p.spotGroup("spot")
			p.webOnInstances()
			ends := p.askClock(http.MethodGet, "").Add(2 * time.Minute)
			p.noticeOf(spot)
			p.eventually("the instance drains", func() bool { return p.drains(spot) != "ACTIVE" })
			p.advance("90s")
			if kill {
				p.kill()
				p = startServe(t, args...)
			}
			got := interrupted{Drains: p.drains(spot)}
			// While there is no emulator, its clock goes with real time.
			p.advance(ends.Add(-time.Second).Sub(p.askClock(http.MethodGet, "")).String())
			if i := p.ec2Instance(spot); i.State.Name != ec2types.InstanceStateNameRunning {
				t.Errorf("a second before its end the instance is %s", i.State.Name)
			}
			p.advance("1s")
			i := p.ec2Instance(spot)
			got.Instance, got.Reason = i.State.Name, aws.ToString(i.StateReason.Code)
			request, err := p.ec2().DescribeSpotInstanceRequests(t.Context(), &ec2.DescribeSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{*i.SpotInstanceRequestId}})
			p.must(err)
			got.Request, got.RequestState = *request.SpotInstanceRequests[0].Status.Code, string(request.SpotInstanceRequests[0].State)
			p.eventually("the service runs on another instance of the group", func() bool {
				members := p.group("spot").Instances
				return len(members) > 0 && *members[0].InstanceId != spot && members[0].LifecycleState == autoscalingtypes.LifecycleStateInService && p.webCount() > 0
			})
			got.Members, got.Running = len(p.group("spot").Instances), p.webCount()
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func (p *process) ec2() *ec2.Client {
	o := p.client.Options()
	return ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// spotGroup makes a group of one Spot Instance, whose agent drains it at its notice, and returns the instance.
func (p *process) spotGroup(name string) string {
	p.Helper()
	_, err := p.ec2().CreateLaunchTemplate(p.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: &name, LaunchTemplateData: &ec2types.RequestLaunchTemplateData{
			ImageId:               aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
			InstanceType:          ec2types.InstanceTypeT3Small,
			InstanceMarketOptions: &ec2types.LaunchTemplateInstanceMarketOptionsRequest{MarketType: ec2types.MarketTypeSpot},
			UserData:              aws.String(base64.StdEncoding.EncodeToString([]byte("#!/bin/bash\necho ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config\n"))),
		},
	})
	p.must(err)
	_, err = p.autoScaling().CreateAutoScalingGroup(p.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, MinSize: aws.Int32(1), MaxSize: aws.Int32(1), AvailabilityZones: []string{"us-east-1a"},
		LaunchTemplate: &autoscalingtypes.LaunchTemplateSpecification{LaunchTemplateName: &name},
	})
	p.must(err)
	return p.untilMember(name, autoscalingtypes.LifecycleStateInService)
}

// webOnInstances makes a service of one task, and waits until that runs.
func (p *process) webOnInstances() {
	p.Helper()
	_, err := p.client.CreateService(p.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: p.defineForEC2(), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeEc2,
	})
	p.must(err)
	p.eventually("the service runs", func() bool { return p.webCount() == 1 })
}

func (p *process) webCount() int32 {
	p.Helper()
	out, err := p.client.DescribeServices(p.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
	p.must(err)
	return out.Services[0].RunningCount
}

// noticeOf interrupts a Spot Instance.
func (p *process) noticeOf(instance string) {
	p.Helper()
	if code := run([]string{"faults", "add", "spot-interruption", "--endpoint", *p.client.Options().BaseEndpoint, "--instance", instance}, io.Discard, p); code != 0 {
		p.Fatalf("the fault ends with %d: %s", code, p.log())
	}
}

// drains is the status of the container instance that an instance is.
func (p *process) drains(instance string) string {
	p.Helper()
	list, err := p.client.ListContainerInstances(p.Context(), &ecs.ListContainerInstancesInput{Filter: aws.String("ec2InstanceId==" + instance)})
	p.must(err)
	out, err := p.client.DescribeContainerInstances(p.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: list.ContainerInstanceArns})
	p.must(err)
	if len(out.ContainerInstances) != 1 {
		p.Fatalf("container instances of %s: %+v", instance, out)
	}
	return *out.ContainerInstances[0].Status
}

func (p *process) ec2Instance(id string) ec2types.Instance {
	p.Helper()
	out, err := p.ec2().DescribeInstances(p.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	p.must(err)
	return out.Reservations[0].Instances[0]
}
