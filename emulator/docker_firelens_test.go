package emulator_test

import (
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// runRouted runs a task whose applications send their lines to a log router, and returns its ARN.
func (w *world) runRouted(family string, router types.ContainerDefinition, commands ...[]string) string {
	w.Helper()
	var apps []types.ContainerDefinition
	for _, command := range commands {
		apps = append(apps, routed(map[string]string{"Name": "null"}, command...))
	}
	return w.runRoutedApps(family, router, apps...)
}

// routed is an application that sends its lines to a log router.
func routed(options map[string]string, command ...string) types.ContainerDefinition {
	return types.ContainerDefinition{
		Command: command, StopTimeout: aws.Int32(2),
		LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens, Options: options},
	}
}

func (w *world) runRoutedApps(family string, router types.ContainerDefinition, apps ...types.ContainerDefinition) string {
	w.Helper()
	optional := router.Essential != nil // so the applications are essential
	router.Name, router.Image = aws.String("router"), aws.String(dockertest.Image(w.T))
	router.Command = append([]string{"route", "count"}, router.Command...)
	router.FirelensConfiguration = &types.FirelensConfiguration{Type: types.FirelensConfigurationTypeFluentbit}
	containers := []types.ContainerDefinition{router}
	for i, app := range apps {
		app.Name, app.Image, app.Essential = aws.String(fmt.Sprintf("app-%d", i)), router.Image, &optional
		containers = append(containers, app)
	}
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: aws.String("512"), Memory: aws.String("1024"), ContainerDefinitions: containers,
	})
	w.must(err)
	return w.runTask(*out.TaskDefinition.TaskDefinitionArn)
}

// named is a container of a task on the engine.
func (w *world) named(task, name string) string {
	w.Helper()
	for _, c := range containers(w.T, task) {
		if c.Labels["com.amazonaws.ecs.container-name"] == name {
			return c.ID
		}
	}
	w.Fatalf("task %s has no container %s on the engine", task, name)
	return ""
}

// untilStopped waits until containers of a task, or without names the task, have stopped.
func (w *world) untilStopped(task string, names ...string) {
	w.Helper()
	w.eventually(fmt.Sprintf("containers %v of task %s stop", names, task), func() bool {
		now := w.task(task)
		stopped := map[string]bool{}
		for _, c := range now.Containers {
			stopped[*c.Name] = aws.ToString(c.LastStatus) == "STOPPED"
		}
		for _, name := range names {
			if !stopped[name] {
				return false
			}
		}
		return len(names) > 0 || *now.LastStatus == "STOPPED"
	})
}

func (w *world) stopTask(task string) {
	w.Helper()
	_, err := w.client.StopTask(w.Context(), &ecs.StopTaskInput{Task: &task})
	w.must(err)
	w.untilStopped(task)
}

// counted is what a router has counted last, by container.
func (w *world) counted(router string) map[string]string {
	w.Helper()
	got := map[string]string{}
	for line := range strings.Lines(w.output(router)) {
		if tag, count, found := strings.Cut(strings.TrimSpace(line), " "); found {
			name, _, _ := strings.Cut(tag, "-firelens-")
			got[name] = count
		}
	}
	return got
}

// firelensVolumes are the volumes for sockets of log routers that an owner has.
func firelensVolumes(t *testing.T, owner string) (names []string) {
	t.Helper()
	found, err := dockertest.Client(t).VolumeList(t.Context(), client.VolumeListOptions{Filters: make(client.Filters).Add("label", "ecs-emulator.owner="+owner)})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found.Items {
		if strings.HasPrefix(v.Name, "ecs-firelens-") {
			names = append(names, v.Name)
		}
	}
	return names
}

// Lines reach the router complete and in order, also those that are written while there is no emulator. Nothing is left of
// the task.
func TestDockerLogRouterGetsEachLine(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	opts := emulator.Options{Engine: "docker", DataDir: t.TempDir(), OnExit: emulator.Keep}
	srv, err := emulator.New(withoutWarm(opts))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	const each = 33_334
	many := []string{"recite", fmt.Sprint(each)}
	task := w.runRouted("many", types.ContainerDefinition{}, many, many, many)
	w.untilRunning(task)
	router, app := w.named(task, "router"), w.named(task, "app-0")
	w.must(srv.Close())
	all := map[string]string{"app-0": fmt.Sprint(each), "app-1": fmt.Sprint(each), "app-2": fmt.Sprint(each)}
	w.eventually("the router has each line, while there is no emulator", func() bool { return maps.Equal(w.counted(router), all) })

	opts.OnExit = emulator.Remove
	w = start(t, opts)
	w.stopTask(task)
	if got := w.counted(router); !maps.Equal(got, all) {
		t.Errorf("in the end the router has %v, want %v", got, all)
	}
	if said := w.output(app); !strings.HasPrefix(said, "line 1\nline 2\n") || !strings.HasSuffix(said, fmt.Sprintf("\nline %d\n", each)) {
		t.Errorf("docker logs shows %d bytes", len(said))
	}
	owner := containers(t, task)[0].Labels["ecs-emulator.owner"]
	if got := firelensVolumes(t, owner); len(got) != 1 {
		t.Errorf("volumes %v", got)
	}
	w.must(w.srv.Close())
	if got := firelensVolumes(t, owner); len(got) > 0 {
		t.Errorf("left behind: volumes %v", got)
	}
}

// A router that is killed takes an application neither along nor away from its own end, unless it is essential. One that
// starts again gets the lines that were written meanwhile.
func TestDockerLogRouterIsKilled(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	endless := []string{"print", "100000", "50"}

	task := w.runRouted("optional", types.ContainerDefinition{Essential: aws.Bool(false)}, endless)
	w.untilRunning(task)
	dockertest.Kill(t, w.named(task, "router"))
	w.untilStopped(task, "router")
	if now := w.task(task); *now.LastStatus != "RUNNING" {
		t.Errorf("without its router the task is %s", *now.LastStatus)
	}
	w.stopTask(task)

	task = w.runRouted("essential", types.ContainerDefinition{}, endless)
	w.untilRunning(task)
	dockertest.Kill(t, w.named(task, "router"))
	w.untilStopped(task)
	if code := w.task(task).StopCode; code != types.TaskStopCodeEssentialContainerExited {
		t.Errorf("with an essential router that was killed the task ends with %s", code)
	}

	again := types.ContainerDefinition{RestartPolicy: &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}}
	task = w.runRouted("restarted", again, endless)
	w.untilRunning(task)
	router := w.named(task, "router")
	w.must(w.srv.Clock().Advance(61 * time.Second))
	dockertest.Kill(t, router)
	w.eventually("the router starts again and gets lines", func() bool {
		runs := strings.Split(w.output(router), "routing\n")
		return len(runs) == 3 && strings.Contains(runs[2], "app-0-firelens-")
	})
	w.stopTask(task)
}

// A router that is slow gets each line for which the log driver has room, and holds up neither the applications nor the end of
// the task: it would need minutes for the lines of the second one.
func TestDockerLogRouterIsSlow(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	output := map[string]string{"Name": "null"}
	task := w.runRoutedApps("slow", types.ContainerDefinition{Command: []string{"slow"}},
		routed(output, "recite", "600"), routed(output, "recite", "60000"),
		routed(map[string]string{"Name": "null", "log-driver-buffer-limit": "50"}, "print", "1000000", "400"))
	w.untilRunning(task)
	router, many := w.named(task, "router"), w.named(task, "app-1")
	w.eventually("an application writes all its lines", func() bool { return strings.HasSuffix(w.output(many), "\nline 60000\n") })
	w.eventually("the router has each line for which there is room", func() bool { return w.counted(router)["app-0"] == "600" })
	w.eventually("lines for which there is none are lost", func() bool { return strings.Contains(w.counted(router)["app-2"], "after line") })
	if behind, err := strconv.Atoi(w.counted(router)["app-1"]); err != nil || behind >= 60000 {
		t.Errorf("of the application that has written all its lines the router has %v", w.counted(router))
	}
	w.stopTask(task)
}

// With a router that reads nothing, Docker 20.10 does not get to the end of the application. The task stops all the same, with
// the exit codes of both, and leaves nothing.
func TestDockerLogRouterReadsNothing(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	var log lockedBuffer
	w := start(t, emulator.Options{Engine: "docker", Log: slog.New(slog.NewTextHandler(&log, nil))})
	task := w.runRouted("unread", types.ContainerDefinition{Command: []string{"unread"}}, []string{"recite", "60000"})
	w.untilRunning(task)
	app := w.named(task, "app-0")
	owner := containers(t, task)[0].Labels["ecs-emulator.owner"]
	w.eventually("the application writes all its lines", func() bool { return strings.HasSuffix(w.output(app), "\nline 60000\n") })
	w.stopTask(task)
	for _, c := range w.task(task).Containers {
		if c.ExitCode == nil || c.Reason != nil {
			t.Errorf("container %s ends with code %v: %s", *c.Name, c.ExitCode, aws.ToString(c.Reason))
		}
	}
	before, after, kept := strings.Cut(log.String(), "as their log router may read nothing: stopping it")
	if ended := `msg="container has stopped"`; !kept || strings.Contains(before, ended) || strings.Count(after, ended) != 2 {
		t.Errorf("the router does not stop first:\n%s", log.String())
	}
	w.must(w.srv.Close())
	if left, volumes := containers(t, task), firelensVolumes(t, owner); len(left)+len(volumes) > 0 {
		t.Errorf("left behind: containers %v, volumes %v", left, volumes)
	}
}
