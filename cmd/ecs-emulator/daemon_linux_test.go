package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// logged is a service on managed instances that sends its log to a daemon of each, which writes what it gets into a folder.
type logged struct {
	*process
	folder, provider, daemon string
	load                     *clients
	owner                    string // how the engine names the emulator
}

// manage makes a capacity provider of managed instances on Spot, with two zones.
func (l *logged) manage() {
	l.Helper()
	out, err := l.client.CreateCapacityProvider(l.Context(), &ecs.CreateCapacityProviderInput{
		Name: aws.String("mine"), Cluster: aws.String("default"), ManagedInstancesProvider: &types.CreateManagedInstancesProviderConfiguration{
			InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infrastructure"),
			InstanceLaunchTemplate: &types.InstanceLaunchTemplate{
				CapacityOptionType: types.CapacityOptionTypeSpot, Ec2InstanceProfileArn: aws.String("arn:aws:iam::000000000000:instance-profile/instance"),
				NetworkConfiguration: &types.ManagedInstancesNetworkConfiguration{
					Subnets: []string{"subnet-0ec5e3a1a70000001", "subnet-0ec5e3a1a70000002"},
				},
				InstanceRequirements: &types.InstanceRequirementsRequest{
					VCpuCount: &types.VCpuCountRangeRequest{Min: aws.Int32(1)}, MemoryMiB: &types.MemoryMiBRequest{Min: aws.Int32(1024)},
				},
			},
		},
	})
	l.must(err)
	l.provider = *out.CapacityProvider.CapacityProviderArn
}

// agent registers a revision of the daemon that runs a command.
func (l *logged) agent(command ...string) *string {
	l.Helper()
	out, err := l.client.RegisterDaemonTaskDefinition(l.Context(), &ecs.RegisterDaemonTaskDefinitionInput{
		Family: aws.String("logs"), Cpu: aws.String("128"), Memory: aws.String("64"), TaskRoleArn: aws.String("arn:aws:iam::000000000000:role/agent"),
		ContainerDefinitions: []types.DaemonContainerDefinition{{
			Name: aws.String("agent"), Image: aws.String(l.image()), Command: command, StopTimeout: aws.Int32(5),
			MountPoints: []types.MountPoint{{SourceVolume: aws.String("lines"), ContainerPath: aws.String("/lines")}},
		}},
		Volumes: []types.DaemonVolume{{Name: aws.String("lines"), Host: &types.HostVolumeProperties{SourcePath: &l.folder}}},
	})
	l.must(err)
	return out.DaemonTaskDefinitionArn
}

// updateTo changes the daemon, one instance at a time, and waits for the end of the deployment, for which the clock takes steps.
func (l *logged) updateTo(definition *string, want types.DaemonDeploymentStatus, step string) {
	l.Helper()
	out, err := l.client.UpdateDaemon(l.Context(), &ecs.UpdateDaemonInput{
		DaemonArn: &l.daemon, DaemonTaskDefinitionArn: definition, CapacityProviderArns: []string{l.provider},
		DeploymentConfiguration: &types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(50)},
	})
	l.must(err)
	l.eventually("the deployment of the daemon is "+string(want), func() bool {
		l.since(l.load, 10)
		l.advance(step)
		is := l.daemonDeployment(*out.DeploymentArn).Status
		if is != want && strings.Contains("SUCCESSFUL STOPPED ROLLBACK_SUCCESSFUL ROLLBACK_FAILED", string(is)) {
			l.Fatalf("the deployment of the daemon is %s", is)
		}
		return is == want
	})
	l.untilServed()
}

func (l *logged) daemonDeployment(arn string) types.DaemonDeployment {
	l.Helper()
	out, err := l.client.DescribeDaemonDeployments(l.Context(), &ecs.DescribeDaemonDeploymentsInput{DaemonDeploymentArns: []string{arn}})
	l.must(err)
	return out.DaemonDeployments[0]
}

// serve has four tasks behind a load balancer, all of which are always to be there.
func (l *logged) serve(group string) {
	l.Helper()
	out, err := l.client.RegisterTaskDefinition(l.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("128"), Memory: aws.String("64"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityManagedInstances},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String(l.image()), Command: []string{"forward", "169.254.172.2:24224", "serve", "8080", "hello"},
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(webPort)}}, StopTimeout: aws.Int32(5),
		}},
	})
	l.must(err)
	_, err = l.client.CreateService(l.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: out.TaskDefinition.TaskDefinitionArn, DesiredCount: aws.Int32(4),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("mine"), Weight: 1}},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{"subnet-0ec5e3a1a70000001", "subnet-0ec5e3a1a70000002"},
		}},
		LoadBalancers: []types.LoadBalancer{{TargetGroupArn: &group, ContainerName: aws.String("web"), ContainerPort: aws.Int32(webPort)}},
	})
	l.must(err)
	l.untilServed()
}

// untilServed waits until all tasks run, and no instance drains. Each task has begun after the daemon of its instance.
func (l *logged) untilServed() {
	l.Helper()
	l.untilStable("web", 4)
	l.eventually("no instance drains", func() bool {
		out, err := l.client.ListContainerInstances(l.Context(), &ecs.ListContainerInstancesInput{Status: types.ContainerInstanceStatusDraining})
		l.must(err)
		return len(out.ContainerInstanceArns) == 0
	})
	daemons := map[string]types.Task{}
	for _, t := range l.daemonTasks() {
		daemons[*t.ContainerInstanceArn] = t
	}
	begun := l.begun()
	for _, id := range l.tasksOf("web") {
		d, is := daemons[*l.task(id).ContainerInstanceArn]
		if !is || begun[*d.TaskArn] == 0 || begun[id] == 0 || begun[*d.TaskArn] >= begun[id] {
			l.Errorf("%s has begun by event %d, and its daemon, which is there: %v, by event %d", id, begun[id], is, begun[aws.ToString(d.TaskArn)])
		}
	}
}

// begun are the events by which tasks came to RUNNING, by their numbers: the times of a clock that is advanced may be the same.
func (l *logged) begun() map[string]int {
	l.Helper()
	answer, err := http.Get(*l.client.Options().BaseEndpoint + "/_emulator/events")
	l.must(err)
	defer answer.Body.Close()
	begun := map[string]int{}
	for lines := json.NewDecoder(answer.Body); ; {
		var line struct {
			Sequence int
			Event    struct {
				Detail struct{ TaskArn, LastStatus string }
			}
		}
		err := lines.Decode(&line)
		if err == io.EOF {
			return begun
		}
		l.must(err)
		if of := line.Event.Detail; of.LastStatus == "RUNNING" && begun[of.TaskArn] == 0 {
			begun[of.TaskArn] = line.Sequence
		}
	}
}

func (l *logged) daemonTasks() []types.Task {
	l.Helper()
	list, err := l.client.ListTasks(l.Context(), &ecs.ListTasksInput{DaemonName: aws.String("logs")})
	l.must(err)
	if len(list.TaskArns) == 0 {
		return nil
	}
	out, err := l.client.DescribeTasks(l.Context(), &ecs.DescribeTasksInput{Tasks: list.TaskArns})
	l.must(err)
	return out.Tasks
}

// used are the container instances that have tasks of the service.
func (l *logged) used() (instances []types.ContainerInstance) {
	l.Helper()
	var arns []string
	for _, id := range l.tasksOf("web") {
		if arn := *l.task(id).ContainerInstanceArn; !slices.Contains(arns, arn) {
			arns = append(arns, arn)
		}
	}
	out, err := l.client.DescribeContainerInstances(l.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: arns})
	l.must(err)
	return out.ContainerInstances
}

// untilGone waits until container instances are gone and others have their tasks.
func (l *logged) untilGone(instances ...types.ContainerInstance) {
	l.Helper()
	for _, i := range instances {
		l.eventually("the instance is gone", func() bool {
			out, err := l.client.DescribeContainerInstances(l.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: []string{*i.ContainerInstanceArn}})
			l.must(err)
			return len(out.ContainerInstances) == 0 || *out.ContainerInstances[0].Status == "INACTIVE"
		})
	}
	l.untilServed()
}

// lines counts what the daemons have got of requests, and expects each daemon to have begun before whose lines it got.
func (l *logged) lines() (n int64) {
	l.Helper()
	files, err := filepath.Glob(filepath.Join(l.folder, "*"))
	l.must(err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		l.must(err)
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			var daemon, task int64
			var host, verb, path string
			if got, _ := fmt.Sscan(lines.Text(), &daemon, &task, &host, &verb, &path); got < 5 || daemon >= task {
				l.Fatalf("a daemon has got a line of a task that began before it: %s", lines.Text())
			}
			if strings.HasPrefix(path, "/") {
				n++
			}
		}
	}
	return n
}

// Managed instances have a log agent as their daemon. It is updated, one instance after the other; goes back from a revision that does not
// run; is killed; an instance has a Spot notice, and all become 14 days old. No request is lost, and as long as no daemon is killed
// no line of the log: each comes to a daemon that began before its task.
func TestDockerDaemonsOfManagedInstancesUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	folder := t.TempDir()
	l := &logged{folder: filepath.Join(folder, "lines")}
	l.process = startServe(t, "--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn", "--allow-host-path", folder)
	group := l.balance(elbtypes.TargetTypeEnumIp)[0]
	l.manage()
	agent := l.agent("collect", "24224", "/lines")
	made, err := l.client.CreateDaemon(t.Context(), &ecs.CreateDaemonInput{
		ClusterArn: aws.String("default"), DaemonName: aws.String("logs"), DaemonTaskDefinitionArn: agent, CapacityProviderArns: []string{l.provider}, Critical: aws.Bool(true),
	})
	l.must(err)
	l.daemon = *made.DaemonArn
	l.serve(group)
	found, _ := l.balancer(1)
	asking := habits("http://" + found.Address + "/")[:2] // no slow ones: when the clock advances, targets have no time to drain
	asking[0].every, asking[1].every = time.Second/80, time.Second/20
	l.load = follow(t, asking)

	l.phase("daemon is updated", l.load, func() {
		l.updateTo(l.agent("collect", "24224", "/lines"), types.DaemonDeploymentStatusSuccessful, "1s")
	})
	l.phase("daemon does not run", l.load, func() {
		l.updateTo(l.agent("exit", "1"), types.DaemonDeploymentStatusRollbackSuccessful, "5s") // attempts are ten seconds apart, and more
	})
	if got, want := l.lines(), l.load.answered.Load(); got < want {
		t.Errorf("daemons have got %d lines of %d requests", got, want)
	}
	l.phase("daemon is killed, and another instance has a Spot notice", l.load, func() {
		used := l.used()
		if len(used) < 2 {
			l.Fatalf("the service is on %d instances", len(used))
		}
		for _, d := range l.daemonTasks() {
			if *d.ContainerInstanceArn == *used[0].ContainerInstanceArn {
				dockertest.Kill(l.T, *d.Containers[0].RuntimeId)
			}
		}
		l.noticeOf(*used[1].Ec2InstanceId)
		l.untilGone(used[:2]...)
	})
	l.phase("instances become 14 days old", l.load, func() {
		old := l.used()
		l.advance("336h")
		l.untilGone(old...)
	})
	l.stopAsking(l.load)
	l.lines()
	l.leave("web")
	l.leavesNothing()
}

// leave takes a service, the daemon and the capacity provider away, and waits until no container of them is left.
func (l *logged) leave(services ...string) {
	l.Helper()
	owner := engineOwner(l.T, *l.daemonTasks()[0].TaskArn)
	for _, name := range services {
		_, err := l.client.DeleteService(l.Context(), &ecs.DeleteServiceInput{Service: &name, Force: aws.Bool(true)})
		l.must(err)
	}
	_, err := l.client.DeleteDaemon(l.Context(), &ecs.DeleteDaemonInput{DaemonArn: &l.daemon})
	l.must(err)
	l.eventually("the daemon is gone", func() bool {
		l.advance("10s")
		_, err := l.client.DescribeDaemon(l.Context(), &ecs.DescribeDaemonInput{DaemonArn: &l.daemon})
		return err != nil
	})
	_, err = l.client.DeleteCapacityProvider(l.Context(), &ecs.DeleteCapacityProviderInput{CapacityProvider: aws.String("mine"), Cluster: aws.String("default")})
	l.must(err)
	l.eventually("no instance is left", func() bool {
		l.advance("10s")
		out, err := l.client.DescribeCapacityProviders(l.Context(), &ecs.DescribeCapacityProvidersInput{CapacityProviders: []string{"mine"}})
		l.must(err)
		return out.CapacityProviders[0].Status == types.CapacityProviderStatusInactive
	})
	var left []string
	defer func() { l.Logf("while the emulator runs, the engine has %q", left) }()
	l.eventually("no task and no instance is left on the engine", func() bool {
		l.advance("1m")
		left = leftOf(l.T, owner)
		return !slices.ContainsFunc(left, func(name string) bool {
			return strings.HasPrefix(name, "container ") || strings.HasPrefix(name, "sandbox ")
		})
	})
	l.owner = owner
}

// leavesNothing ends the emulator, which leaves no container, network or volume.
func (l *logged) leavesNothing() {
	l.Helper()
	l.must(l.cmd.Process.Signal(os.Interrupt))
	if code := l.wait(); code != 0 {
		l.Errorf("exit code %d:\n%s", code, l.log())
	}
	if left := leftOf(l.T, l.owner); len(left) > 0 {
		l.Errorf("the engine still has %q", left)
	}
}
