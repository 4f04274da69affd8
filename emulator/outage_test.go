package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const noCapacity = "Capacity is unavailable at this time. Please try again later or in a different availability zone"

// inZones is a network with a default subnet in each of some zones.
func inZones(zones string) *types.NetworkConfiguration {
	var ids []string
	for _, zone := range zones {
		ids = append(ids, "subnet-0ec5e3a1a7000000"+string('1'+zone-'a'))
	}
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: ids}}
}

// zones are the zones of some tasks, in order.
func zonesOf(tasks []types.Task) string {
	var zones strings.Builder
	for _, t := range tasks {
		zones.WriteString(strings.TrimPrefix(*t.AvailabilityZone, "us-east-1"))
	}
	return zones.String()
}

func (w *world) run(definition string, count int32, in ecs.RunTaskInput) *ecs.RunTaskOutput {
	w.Helper()
	in.TaskDefinition, in.Count = &definition, &count
	if in.CapacityProviderStrategy == nil {
		in.LaunchType = types.LaunchTypeFargate
	}
	out, err := w.client.RunTask(w.Context(), &in)
	w.must(err)
	for _, f := range out.Failures {
		if f.Arn != nil || *f.Reason != noCapacity {
			w.Errorf("failure %s of %s", *f.Reason, aws.ToString(f.Arn))
		}
	}
	return out
}

func TestFargateCapacityOfAZoneAndAProvider(t *testing.T) {
	t.Parallel()
	w := start(t)
	definition := w.register("web", "web", "sleep", "7200")
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.FargateCapacity, Zone: "us-east-1a"})
	w.must(err)
	out := w.run(definition, 4, ecs.RunTaskInput{NetworkConfiguration: inZones("abc")})
	if zones := zonesOf(out.Tasks); len(out.Failures) != 0 || strings.Count(zones, "b") != 2 || strings.Count(zones, "c") != 2 {
		t.Errorf("tasks in %s, %d failures", zones, len(out.Failures))
	}
	if out = w.run(definition, 2, ecs.RunTaskInput{NetworkConfiguration: inZones("a")}); len(out.Tasks) != 0 || len(out.Failures) != 2 {
		t.Errorf("%d tasks, %d failures where there is no capacity", len(out.Tasks), len(out.Failures))
	}
	w.srv.Faults().Clear(id)
	if out = w.run(definition, 2, ecs.RunTaskInput{NetworkConfiguration: inZones("a")}); len(out.Tasks) != 2 {
		t.Errorf("%d tasks after the fault", len(out.Tasks))
	}

	_, err = w.client.PutClusterCapacityProviders(t.Context(), &ecs.PutClusterCapacityProvidersInput{
		Cluster: aws.String("default"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	})
	w.must(err)
	_, err = w.srv.Faults().Add(emulator.Fault{Kind: emulator.FargateCapacity, Provider: "FARGATE_SPOT", Family: "w*"})
	w.must(err)
	half := ecs.RunTaskInput{NetworkConfiguration: inZones("abc"), CapacityProviderStrategy: []types.CapacityProviderStrategyItem{
		{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}, {CapacityProvider: aws.String("FARGATE"), Weight: 1},
	}}
	if out = w.run(definition, 4, half); len(out.Tasks) != 2 || len(out.Failures) != 2 || *out.Tasks[0].CapacityProviderName != "FARGATE" {
		t.Errorf("%d tasks and %d failures of four, of which two are on Spot", len(out.Tasks), len(out.Failures))
	}
	if out = w.run(w.register("api", "api", "sleep", "7200"), 4, half); len(out.Tasks) != 4 {
		t.Errorf("%d tasks of another family", len(out.Tasks))
	}
}

// A service says that there is no capacity, tries again, and has its tasks when the fault ends.
func TestAServiceWaitsForCapacityOfFargate(t *testing.T) {
	t.Parallel()
	w := start(t)
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.FargateCapacity})
	w.must(err)
	w.createService("web", w.register("web", "web", "sleep", "7200"), 3)
	const says = "(service web) was unable to place a task. Reason: " + noCapacity + "."
	w.eventually("the service says so", func() bool {
		events := w.service("web").Events
		return len(events) > 0 && *events[0].Message == says
	})
	w.eventually("the feed says so", func() bool { return w.said(`"reason":"RESOURCE:FARGATE"`, "SERVICE_TASK_PLACEMENT_FAILURE") })
	w.must(w.srv.Clock().Advance(20 * time.Second))
	if s := w.service("web"); s.RunningCount+s.PendingCount != 0 {
		t.Errorf("%d tasks run and %d will", s.RunningCount, s.PendingCount)
	}
	w.srv.Faults().Clear(id)
	w.eventually("the tasks run", func() bool { return w.service("web").RunningCount == 3 })
	if got := strings.Join(w.faultEvents(), "\n"); !strings.Contains(got, "1 fargate-capacity Fault Acted arn:aws:ecs:us-east-1:000000000000:service/default/web") {
		t.Errorf("events\n%s", got)
	}
}

func TestASubnetIsFullForTasks(t *testing.T) {
	t.Parallel()
	w := start(t)
	definition := w.register("web", "web", "sleep", "7200")
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.SubnetFull, Subnet: "subnet-0ec5e3a1a70000001"})
	w.must(err)
	fails := *w.run(definition, 1, ecs.RunTaskInput{NetworkConfiguration: inZones("a")}).Tasks[0].TaskArn
	runs := *w.run(definition, 1, ecs.RunTaskInput{NetworkConfiguration: inZones("b")}).Tasks[0].TaskArn
	w.eventually("one fails", func() bool { return *w.task(fails).LastStatus == "STOPPED" })
	w.eventually("one runs", func() bool { return *w.task(runs).LastStatus == "RUNNING" })
	if reason := *w.task(fails).StoppedReason; !strings.HasSuffix(reason, "in subnet 'subnet-0ec5e3a1a70000001': InsufficientFreeAddressesInSubnet") {
		t.Errorf("it stopped for %s", reason)
	}
	w.srv.Faults().Clear(id)
	again := *w.run(definition, 1, ecs.RunTaskInput{NetworkConfiguration: inZones("a")}).Tasks[0].TaskArn
	w.eventually("one runs where it failed", func() bool { return *w.task(again).LastStatus == "RUNNING" })
}

// The tasks of a lost zone stop, and a service has others in the zones that are left.
func TestAZoneIsLost(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web", "sleep", "7200")), DesiredCount: aws.Int32(4),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: inZones("ab"),
	})
	w.must(err)
	w.eventually("the tasks run", func() bool { return w.service("web").RunningCount == 4 })
	_, err = w.srv.Faults().Add(emulator.Fault{Kind: emulator.ZoneDown, Zone: "us-east-1a", At: time.Minute, For: time.Hour})
	w.must(err)
	w.must(w.srv.Clock().Advance(2 * time.Minute))
	w.eventually("the tasks run in one zone", func() bool {
		tasks := w.running()
		return zonesOf(tasks) == "bbbb"
	})
	stopped, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{DesiredStatus: types.DesiredStatusStopped})
	w.must(err)
	if len(stopped.TaskArns) != 2 {
		t.Errorf("%d tasks stopped", len(stopped.TaskArns))
	}
	for _, arn := range stopped.TaskArns {
		if got := w.task(arn); *got.StoppedReason != "Availability Zone us-east-1a is down (fault 1 of ecs-emulator)" {
			t.Errorf("it stopped for %s", *got.StoppedReason)
		}
	}
	w.must(w.srv.Clock().Advance(2 * time.Hour))
	if out := w.run("web", 1, ecs.RunTaskInput{NetworkConfiguration: inZones("a")}); len(out.Tasks) != 1 {
		t.Error("no task is placed in the zone that is back")
	}
}

func (w *world) running() []types.Task {
	w.Helper()
	list, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{})
	w.must(err)
	if len(list.TaskArns) == 0 {
		return nil
	}
	out, err := w.client.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Tasks: list.TaskArns})
	w.must(err)
	return out.Tasks
}
