package servicescheduler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// newInstanceFixture is a fixture whose service runs on container instances, of which the
// cluster has n: each has room for four tasks, and every third is in the same zone.
func newInstanceFixture(t fatal, n int, change func(*state.Service)) *fixture {
	t.Helper()
	var s *state.Service
	f := newFixture(t, func(each *state.Service) { s, each.Deployments = each, nil })
	f.update(func(tx *store.Tx) {
		for i := range n {
			f.putInstance(tx, i, nil)
		}
		s.Deployments = []*state.Deployment{f.instanceDeployment(tx, false)}
		if change != nil {
			change(s)
		}
		state.PutService(tx, s)
	})
	return f
}

func daemonService(minimumHealthy int32) func(*state.Service) {
	return func(s *state.Service) {
		percentages(100, minimumHealthy)(s)
		s.SchedulingStrategy, s.DesiredCount = types.SchedulingStrategyDaemon, 0
	}
}

// instanceDeployment is one of a new revision in bridge mode.
func (f *fixture) instanceDeployment(tx *store.Tx, checked bool, change ...func(*types.TaskDefinition)) *state.Deployment {
	container := types.ContainerDefinition{Name: aws.String("app"), Image: aws.String("app"), Essential: aws.Bool(true)}
	if checked {
		container.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
	}
	definition := &types.TaskDefinition{
		Family: aws.String("web"), Cpu: aws.String("256"), Memory: aws.String("256"),
		NetworkMode: types.NetworkModeBridge, ContainerDefinitions: []types.ContainerDefinition{container},
	}
	for _, each := range change {
		each(definition)
	}
	d := f.newDeployment(taskdefinition.Add(tx, scope, definition, nil, scope.Root(), f.now).ARN)
	d.Revision.LaunchType, d.Revision.NetworkConfiguration = types.LaunchTypeEc2, nil
	return d
}

// deployOnInstances updates the service to a new revision.
func (f *fixture) deployOnInstances(checked bool, change ...func(*types.TaskDefinition)) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		s := state.FindService(tx, serviceARN).Clone()
		s.SetPrimary(f.instanceDeployment(tx, checked, change...))
		state.PutService(tx, s)
	})
}

func instanceARN(i int) string { return scope.ContainerInstance("c", fmt.Sprintf("i%d", i)) }

func (f *fixture) putInstance(tx *store.Tx, i int, change func(*state.ContainerInstance)) {
	instance := &state.ContainerInstance{
		ARN: instanceARN(i), LaunchType: types.LaunchTypeEc2, Status: state.InstanceActive, AgentConnected: true,
		Registered: state.Resources{CPU: 1024, Memory: 1024}, Zone: "us-east-1" + string(rune('a'+i%3)),
	}
	instance.Attributes = []types.Attribute{{Name: aws.String("ecs.availability-zone"), Value: &instance.Zone}}
	if old := state.FindContainerInstance(tx, instance.ARN); old != nil {
		instance = new(state.ContainerInstance)
		*instance = *old
	}
	if change != nil {
		change(instance)
	}
	state.PutContainerInstance(tx, instance, f.now)
}

// instance changes a container instance, or adds it.
func (f *fixture) instance(i int, change func(*state.ContainerInstance)) {
	f.t.Helper()
	f.update(func(tx *store.Tx) { f.putInstance(tx, i, change) })
}

func draining(c *state.ContainerInstance)     { c.Status = state.InstanceDraining }
func active(c *state.ContainerInstance)       { c.Status = state.InstanceActive }
func disconnected(c *state.ContainerInstance) { c.AgentConnected = false }

// lose takes a container instance away with its tasks, as the capacity controller does.
func (f *fixture) lose(i int) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		for _, t := range state.InstanceTasks(tx, instanceARN(i)) {
			state.StopTask(tx, t.ARN, state.Stop{
				Code: types.TaskStopCodeTerminationNotice, Reason: "Host EC2 (instance i-1) terminated.", At: f.now,
			})
			status := state.FindTask(tx, t.ARN).Status.Clone()
			status.LastStatus, status.StoppedAt = state.Stopped, f.now
			f.step(tx, t.ARN, status)
		}
		state.DeregisterContainerInstance(tx, instanceARN(i), f.now)
	})
}

// on counts the tasks that shall run by container instance: "i0 2, i1 1".
func (f *fixture) on() string {
	count := map[string]int{}
	for _, t := range f.tasks() {
		if t.Stop == nil {
			count[arn.Name(t.Placement.ContainerInstance)]++
		}
	}
	var list []string
	for name, n := range count {
		list = append(list, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func (f *fixture) expectOn(want string) {
	f.t.Helper()
	if got := f.on(); got != want {
		f.t.Fatalf("tasks on %q, want %q", got, want)
	}
}
