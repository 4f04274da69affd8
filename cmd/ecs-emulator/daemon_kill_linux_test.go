package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// killedDaemon is a daemon beside a service of which the emulator is killed, again and again.
type killedDaemon struct {
	*logged
	args       []string
	good, bad  *string // daemon task definitions
	deployment string
	kills      int
	life       int
}

// restart kills the emulator and starts it with what it has written.
func (k *killedDaemon) restart() {
	k.Helper()
	k.kill()
	k.process = startServe(k.T, k.args...)
}

// works runs a service of three tasks, each on an instance of its own by its port.
func (k *killedDaemon) works() {
	k.Helper()
	out, err := k.client.RegisterTaskDefinition(k.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeHost, Cpu: aws.String("128"), Memory: aws.String("64"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityManagedInstances},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String(k.image()), Command: []string{"sleep", "99999999"}, PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080)}},
		}},
	})
	k.must(err)
	_, err = k.client.CreateService(k.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: out.TaskDefinition.TaskDefinitionArn, DesiredCount: aws.Int32(3),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("mine"), Weight: 1}},
	})
	k.must(err)
	k.untilStable("web", 3)
}

func (k *killedDaemon) create() {
	k.Helper()
	out, err := k.client.CreateDaemon(k.Context(), &ecs.CreateDaemonInput{
		ClusterArn: aws.String("default"), DaemonName: aws.String("logs"), DaemonTaskDefinitionArn: k.good, CapacityProviderArns: []string{k.provider},
	})
	k.must(err)
	k.daemon, k.deployment = *out.DaemonArn, *out.DeploymentArn
}

func (k *killedDaemon) update(to *string) {
	k.Helper()
	out, err := k.client.UpdateDaemon(k.Context(), &ecs.UpdateDaemonInput{
		DaemonArn: &k.daemon, DaemonTaskDefinitionArn: to, CapacityProviderArns: []string{k.provider},
		DeploymentConfiguration: &types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(50), BakeTimeInMinutes: 1},
	})
	k.must(err)
	k.deployment = *out.DeploymentArn
}

func (k *killedDaemon) remove() {
	k.Helper()
	out, err := k.client.DeleteDaemon(k.Context(), &ecs.DeleteDaemonInput{DaemonArn: &k.daemon})
	k.must(err)
	k.deployment = *out.DeploymentArn
}

// some reports whether a container instance has a status.
func (k *killedDaemon) some(status types.ContainerInstanceStatus) bool {
	k.Helper()
	out, err := k.client.ListContainerInstances(k.Context(), &ecs.ListContainerInstancesInput{Status: status})
	k.must(err)
	return len(out.ContainerInstanceArns) > 0
}

func (k *killedDaemon) is(status types.DaemonDeploymentStatus) bool {
	k.Helper()
	return k.daemonDeployment(k.deployment).Status == status
}

// settles waits for the end of the deployment, and of all draining, and expects so many tasks of the daemon on each instance.
func (k *killedDaemon) settles(what string, tasks int, ends ...types.DaemonDeploymentStatus) {
	k.Helper()
	k.eventually(fmt.Sprintf("%s: the deployment is one of %v", what, ends), func() bool { k.advance("5s"); return slices.ContainsFunc(ends, k.is) })
	k.eventually(fmt.Sprintf("%s: no instance comes or goes, and where the service runs are %d tasks of the daemon", what, tasks), func() bool {
		k.advance("5s")
		return !k.some(types.ContainerInstanceStatusDraining) && !k.some(types.ContainerInstanceStatusRegistering) && k.has(what, tasks)
	})
	k.untilStable("web", 3)
}

// has reports whether the service runs, with so many tasks of the daemon on each of its instances. More than one are never there.
func (k *killedDaemon) has(what string, tasks int) bool {
	k.Helper()
	on, web := map[string]int{}, k.tasksOf("web")
	for _, t := range k.daemonTasks() {
		if on[*t.ContainerInstanceArn]++; on[*t.ContainerInstanceArn] > 1 {
			k.Errorf("%s: several tasks of the daemon are on %s", what, *t.ContainerInstanceArn)
		}
	}
	return len(web) == 3 && !slices.ContainsFunc(web, func(id string) bool {
		t := k.task(id)
		return *t.LastStatus != "RUNNING" || on[*t.ContainerInstanceArn] != tasks
	})
}

// anyEnd are the ends of a deployment that would be SUCCESSFUL: the containers of the simulated engine end with the emulator, and three of a
// daemon that end break its deployment.
var anyEnd = []types.DaemonDeploymentStatus{types.DaemonDeploymentStatusSuccessful, types.DaemonDeploymentStatusRollbackSuccessful}

// The emulator is killed in each state in which the deployment of a daemon can be. The next start goes on with it.
func TestDaemonsSurviveKills(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	k := &killedDaemon{logged: &logged{folder: filepath.Join(folder, "lines")}}
	k.args = []string{"--engine", "sim", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "error", "--speed", "10", "--allow-host-path", folder}
	k.process = startServe(t, k.args...)
	k.manage()
	k.good, k.bad = k.agent("sleep", "99999999"), k.agent("exit", "1")
	k.works()

	k.create() // with none before it, so that it cannot go back
	k.eventually("the deployment is SUCCESSFUL", func() bool { k.advance("5s"); return k.is(types.DaemonDeploymentStatusSuccessful) })
	k.restart()
	k.settles("it has just been made", 1, anyEnd...)
	for what, in := range map[string]func() bool{
		"the deployment is under way": func() bool { return k.is(types.DaemonDeploymentStatusInProgress) },
		"an instance registers":       func() bool { return k.some(types.ContainerInstanceStatusRegistering) },
		"an instance drains":          func() bool { return k.some(types.ContainerInstanceStatusDraining) },
		"all instances have the daemon": func() bool {
			return *k.daemonDeployment(k.deployment).TargetDaemonRevision.TotalRunningInstanceCount == 3
		},
		"another update takes its place": func() bool { k.update(k.good); return true },
	} {
		k.update(k.good)
		k.eventually(what, in)
		k.restart()
		k.settles(what, 1, anyEnd...)
	}
	for what, in := range map[string]func() bool{
		"a task has failed":               func() bool { return k.daemonDeployment(k.deployment).CircuitBreaker.FailureCount > 0 },
		"the deployment is rolled back":   func() bool { return k.is(types.DaemonDeploymentStatusRollbackInProgress) },
		"a task has failed a second time": func() bool { return k.daemonDeployment(k.deployment).CircuitBreaker.FailureCount > 1 },
	} {
		k.update(k.bad)
		k.eventually(what, func() bool { k.advance("1s"); return in() || k.is(types.DaemonDeploymentStatusRollbackSuccessful) })
		k.restart()
		k.settles(what, 1, types.DaemonDeploymentStatusRollbackSuccessful)
	}
	k.remove()
	k.eventually("an instance drains", func() bool { return k.some(types.ContainerInstanceStatusDraining) })
	k.restart()
	k.settles("it is deleted", 0, types.DaemonDeploymentStatusSuccessful)
	_, err := k.client.DescribeDaemon(t.Context(), &ecs.DescribeDaemonInput{DaemonArn: &k.daemon})
	if gone := (*types.DaemonNotFoundException)(nil); !errors.As(err, &gone) {
		t.Errorf("the daemon is still there: %v", err)
	}
}
