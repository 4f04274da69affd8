package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// daemonOperations make up the life of a daemon, each with how it ends and whether the daemon is there then.
var daemonOperations = []struct {
	name  string
	ask   func(ctx context.Context, k *killedDaemon) error
	end   types.DaemonDeploymentStatus
	tasks int
}{
	{"create", createOnce, types.DaemonDeploymentStatusSuccessful, 1},
	{"update", updateOnce(false), types.DaemonDeploymentStatusSuccessful, 1},
	{"broken update", updateOnce(true), types.DaemonDeploymentStatusRollbackSuccessful, 1},
	{"delete", deleteOnce, types.DaemonDeploymentStatusSuccessful, 0},
}

func createOnce(ctx context.Context, k *killedDaemon) error {
	out, err := k.client.CreateDaemon(ctx, &ecs.CreateDaemonInput{
		ClusterArn: aws.String("default"), DaemonName: aws.String("logs"), DaemonTaskDefinitionArn: k.good, CapacityProviderArns: []string{k.provider},
		ClientToken: aws.String("life-" + strconv.Itoa(k.life)),
	}, once)
	if err == nil {
		k.daemon = *out.DaemonArn
	}
	return err
}

func updateOnce(broken bool) func(ctx context.Context, k *killedDaemon) error {
	return func(ctx context.Context, k *killedDaemon) error {
		to := k.good
		if broken {
			to = k.bad
		}
		_, err := k.client.UpdateDaemon(ctx, &ecs.UpdateDaemonInput{
			DaemonArn: &k.daemon, DaemonTaskDefinitionArn: to, CapacityProviderArns: []string{k.provider},
			DeploymentConfiguration: &types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(50), BakeTimeInMinutes: 1},
		}, once)
		return err
	}
}

func deleteOnce(ctx context.Context, k *killedDaemon) error {
	_, err := k.client.DeleteDaemon(ctx, &ecs.DeleteDaemonInput{DaemonArn: &k.daemon}, once)
	return err
}

// newest is the status of the daemon's newest deployment; a deletion is over once the daemon is gone.
func (k *killedDaemon) newest() types.DaemonDeploymentStatus {
	k.Helper()
	out, err := k.client.ListDaemonDeployments(k.Context(), &ecs.ListDaemonDeploymentsInput{DaemonArn: &k.daemon, MaxResults: aws.Int32(1)})
	if err != nil && strings.Contains(err.Error(), "Daemon not found") {
		return types.DaemonDeploymentStatusSuccessful
	}
	k.must(err)
	return out.DaemonDeployments[0].Status
}

// passes has the clock go on, which a kill may cut off.
func (k *killedDaemon) passes(by string) {
	url := endpoint.FindStringSubmatch(k.ready)[1] + control.Prefix + "clock"
	answer, err := http.Post(url, "application/json", strings.NewReader(`{"advance": "`+by+`"}`))
	if err == nil {
		answer.Body.Close()
	}
}

// dies asks for an operation and kills the emulator at a random point of it. It asks again where the kill was before the answer.
func (k *killedDaemon) dies(ask func(context.Context, *killedDaemon) error, takes time.Duration) {
	k.Helper()
	asked := make(chan error, 1)
	go func() {
		err := ask(k.Context(), k)
		asked <- err
		for at := time.Now(); err == nil && time.Since(at) < takes; {
			k.passes("5s")
		}
		close(asked)
	}()
	point := time.NewTimer(rand.N(takes))
	<-point.C
	k.kill()
	err := <-asked
	<-asked
	k.process = startServe(k.T, k.args...)
	if k.kills++; err != nil {
		if err := ask(k.Context(), k); err != nil && !strings.Contains(err.Error(), "deployment deletion is ongoing") && !strings.Contains(err.Error(), "DaemonNotFoundException") {
			k.Fatal(err)
		}
	}
}

// comesTo waits for the end of an operation, with so many tasks of the daemon on each instance that is used, and no container more.
func (k *killedDaemon) comesTo(what string, end types.DaemonDeploymentStatus, tasks int) {
	k.Helper()
	ends := []types.DaemonDeploymentStatus{end}
	if k.simulated() { // its containers end with the emulator
		ends = append(ends, anyEnd...)
	}
	var is types.DaemonDeploymentStatus
	k.eventually(fmt.Sprintf("%s: the deployment is one of %v", what, ends), func() bool {
		k.advance("5s")
		is = k.newest()
		switch {
		case slices.Contains(ends, is):
			return true
		case daemonEnded(is) && k.simulated():
			k.makeAnew()
		case daemonEnded(is):
			k.Fatalf("%s: the deployment is %s, want %v", what, is, ends)
		}
		return false
	})
	k.eventually(fmt.Sprintf("%s: no instance comes or goes, and where the service runs are %d tasks of the daemon", what, tasks), func() bool {
		k.advance("5s")
		return !k.some(types.ContainerInstanceStatusDraining) && !k.some(types.ContainerInstanceStatusRegistering) && k.has(what, tasks)
	})
	k.untilStable("web", 3)
	k.eventually(what+": the engine runs the tasks' containers, and no others", func() bool {
		k.advance("5s")
		return k.simulated() || slices.Equal(k.running(), k.wanted())
	})
}

// makeAnew deletes the daemon and creates it again. Where tasks on all instances are lost at once, the circuit breaker can end a deployment
// that has no way back, or a rollback (DM7): then new instances do not get the daemon.
func (k *killedDaemon) makeAnew() {
	k.Helper()
	k.Logf("the deployment is %s: the daemon is made anew", k.newest())
	k.must(deleteOnce(k.Context(), k))
	k.eventually("the daemon is gone", func() bool {
		k.advance("5s")
		return k.newest() == types.DaemonDeploymentStatusSuccessful
	})
	k.life++
	k.must(createOnce(k.Context(), k))
}

func daemonEnded(s types.DaemonDeploymentStatus) bool {
	return strings.Contains("SUCCESSFUL STOPPED ROLLBACK_SUCCESSFUL ROLLBACK_FAILED", string(s))
}

// running are the tasks of the containers that the engine runs.
func (k *killedDaemon) running() (tasks []string) {
	k.Helper()
	list, err := dockertest.Client(k.T).ContainerList(k.Context(), client.ContainerListOptions{Filters: make(client.Filters).Add("label", "ecs-emulator.owner="+k.owner)})
	k.must(err)
	for _, c := range list.Items {
		if arn := c.Labels["com.amazonaws.ecs.task-arn"]; arn != "" && c.State == container.StateRunning && c.Labels["ecs-emulator.kind"] == "container" {
			tasks = append(tasks, arn)
		}
	}
	slices.Sort(tasks)
	return tasks
}

// wanted are the tasks that there are.
func (k *killedDaemon) wanted() []string {
	k.Helper()
	out, err := k.client.ListTasks(k.Context(), &ecs.ListTasksInput{})
	k.must(err)
	slices.Sort(out.TaskArns)
	return out.TaskArns
}

// daemonKills is how often the emulator is killed.
const daemonKills = "ECS_EMULATOR_TEST_DAEMON_KILLS"

// A daemon is made, updated, updated to what does not run, and deleted, and the emulator is killed at a random point of each. All ends as
// it does without a kill, and in the end nothing is left.
func TestDaemonsSurviveRandomKills(t *testing.T) {
	t.Parallel()
	daemonsSurviveKills(t, 4, "--engine", "sim", "--speed", "10")
}

// TestDockerDaemonsSurviveKills has the containers of instances and tasks found again as well. Each kill takes half a minute.
func TestDockerDaemonsSurviveKills(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	if os.Getenv(daemonKills) == "" {
		t.Skip("make soak runs it")
	}
	dockertest.Require(t)
	daemonsSurviveKills(t, 0, "--engine", "docker")
}

func daemonsSurviveKills(t *testing.T, kills int, args ...string) {
	t.Helper()
	if text := os.Getenv(daemonKills); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	k := &killedDaemon{logged: &logged{folder: filepath.Join(folder, "lines")}}
	k.args = append(args, "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "error", "--allow-host-path", folder)
	k.process = startServe(t, k.args...)
	k.manage()
	k.good, k.bad = k.agent("sleep", "99999999"), k.agent("exit", "1")
	k.works()
	if !k.simulated() {
		k.owner = engineOwner(t, k.tasksOf("web")[0])
	}
	var took []time.Duration
	for life := 0; life == 0 || k.kills < kills; life++ {
		k.life++
		for i, o := range daemonOperations {
			began := time.Now()
			if life > 0 && k.kills < kills {
				k.dies(o.ask, took[i])
			} else {
				k.must(o.ask(t.Context(), k))
			}
			what := fmt.Sprintf("%s, after %d kills", o.name, k.kills)
			k.comesTo(what, o.end, o.tasks)
			if life == 0 {
				took = append(took, time.Since(began))
			}
			t.Logf("%s: %s", what, time.Since(began).Round(time.Millisecond))
		}
	}
	k.life++
	k.must(createOnce(t.Context(), k))
	k.comesTo("the last one", types.DaemonDeploymentStatusSuccessful, 1)
	if k.simulated() {
		return
	}
	k.leave("web")
	k.leavesNothing()
}
