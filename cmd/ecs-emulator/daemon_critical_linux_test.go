package main

import (
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// job runs a task that belongs to no service on the provider, and waits until it runs.
func (l *logged) job() types.Task {
	l.Helper()
	definition, err := l.client.RegisterTaskDefinition(l.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("job"), NetworkMode: types.NetworkModeHost, Cpu: aws.String("128"), Memory: aws.String("64"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityManagedInstances},
		ContainerDefinitions:    []types.ContainerDefinition{{Name: aws.String("job"), Image: aws.String(l.image()), Command: []string{"sleep", "600"}, StopTimeout: aws.Int32(2)}},
	})
	l.must(err)
	out, err := l.client.RunTask(l.Context(), &ecs.RunTaskInput{
		TaskDefinition:           definition.TaskDefinition.TaskDefinitionArn,
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("mine"), Weight: 1}},
	})
	l.must(err)
	l.until(*out.Tasks[0].TaskArn, "RUNNING")
	return l.task(*out.Tasks[0].TaskArn)
}

// without is on how many instances the daemon runs, and how many are used without it.
func (l *logged) without() (running, without int32) {
	l.Helper()
	out, err := l.client.DescribeDaemon(l.Context(), &ecs.DescribeDaemonInput{DaemonArn: &l.daemon})
	l.must(err)
	if len(out.Daemon.CurrentRevisions) != 1 {
		l.Fatalf("the daemon has %d revisions", len(out.Daemon.CurrentRevisions))
	}
	return out.Daemon.CurrentRevisions[0].TotalRunningCount, out.Daemon.CurrentRevisions[0].TotalWithoutDaemonCount
}

// A daemon that is not critical is killed, again and again: its instance stays and is counted as one without it, the task beside it runs
// on, and the next task of the daemon comes ten seconds later. A session of ECS Exec leads into it. In the end nothing is left.
func TestDockerDaemonThatIsNotCritical(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	plugin, folder := pluginOfTheCLI(t), t.TempDir()
	l := &logged{folder: filepath.Join(folder, "lines")}
	l.process = startServe(t, "--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn", "--allow-host-path", folder)
	l.manage()
	made, err := l.client.CreateDaemon(t.Context(), &ecs.CreateDaemonInput{
		ClusterArn: aws.String("default"), DaemonName: aws.String("logs"), DaemonTaskDefinitionArn: l.agent("collect", "24224", "/lines"),
		CapacityProviderArns: []string{l.provider}, Critical: aws.Bool(false), EnableExecuteCommand: true,
	})
	l.must(err)
	l.daemon = *made.DaemonArn
	job := l.job()
	l.eventually("the daemon runs", func() bool { running, _ := l.without(); return running == 1 })

	for range 3 {
		killed := l.daemonTasks()[0]
		dockertest.Kill(t, *killed.Containers[0].RuntimeId)
		l.eventually("the instance is used without the daemon", func() bool {
			running, without := l.without()
			return running == 0 && without == 1
		})
		l.advance("10s")
		l.eventually("the daemon runs again", func() bool {
			running, without := l.without()
			return running == 1 && without == 0
		})
		if again := l.daemonTasks(); len(again) != 1 || *again[0].TaskArn == *killed.TaskArn || *again[0].ContainerInstanceArn != *job.ContainerInstanceArn {
			t.Errorf("after %s there are %+v", *killed.TaskArn, again)
		}
	}
	if now := l.task(*job.TaskArn); *now.LastStatus != "RUNNING" || !now.StartedAt.Equal(*job.StartedAt) {
		t.Errorf("the task beside it is %s since %v", *now.LastStatus, now.StartedAt)
	}
	on, err := l.client.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: []string{*job.ContainerInstanceArn}})
	l.must(err)
	if *on.ContainerInstances[0].Status != "ACTIVE" {
		t.Errorf("the instance is %s", *on.ContainerInstances[0].Status)
	}

	s := l.awsCLI(plugin, "ecs", "execute-command", "--task", *l.daemonTasks()[0].TaskArn, "--container", "agent", "--interactive", "--command", dockertest.AppPath+" sh")
	s.awaits("# ")
	s.runs("echo inside the daemon")
	s.awaits("\ninside the daemon\n# ")
	s.exits()

	_, err = l.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: job.TaskArn})
	l.must(err)
	l.leave()
	l.leavesNothing()
}
