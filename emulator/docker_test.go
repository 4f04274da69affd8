package emulator_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// containers lists the application's containers on the engine by task.
func containers(t *testing.T, taskARNs ...string) []container.Summary {
	t.Helper()
	var list []container.Summary
	for _, arn := range taskARNs {
		found, err := dockertest.Client(t).ContainerList(t.Context(), client.ContainerListOptions{
			All: true, Filters: make(client.Filters).Add("label", "com.amazonaws.ecs.task-arn="+arn),
		})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, found.Items...)
	}
	return list
}

func (w *world) untilRunning(id string) types.Task {
	w.Helper()
	w.eventually("task "+id+" runs", func() bool {
		now := w.task(id)
		if *now.LastStatus == "STOPPED" {
			w.Fatalf("task %s has stopped: %s", id, aws.ToString(now.StoppedReason))
		}
		return *now.LastStatus == "RUNNING"
	})
	return w.task(id)
}

func addressOf(task types.Task) string {
	return *task.Containers[0].NetworkInterfaces[0].PrivateIpv4Address
}

// answer is what a web server says; the empty string while it does not listen.
func answer(url string) string {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return string(body)
}

func TestDockerDescribeAgreesWithTheContainers(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	id := w.runTask(w.register("web", dockertest.Image(t), "serve", "8080", "hello"))
	task := w.untilRunning(id)

	w.eventually("the task answers at its own address", func() bool {
		return strings.Contains(answer("http://"+addressOf(task)+":8080/"), "hello")
	})
	inspected, err := dockertest.Client(t).ContainerInspect(t.Context(), w.engineID(id), client.ContainerInspectOptions{})
	w.must(err)
	if !inspected.Container.State.Running {
		t.Error("the container does not run")
	}
	for label, want := range map[string]string{
		"com.amazonaws.ecs.task-arn":                id,
		"com.amazonaws.ecs.container-name":          "app",
		"com.amazonaws.ecs.task-definition-family":  "web",
		"com.amazonaws.ecs.task-definition-version": "1",
		"com.amazonaws.ecs.cluster":                 *task.ClusterArn,
	} {
		if got := inspected.Container.Config.Labels[label]; got != want {
			t.Errorf("label %s is %q, want %q", label, got, want)
		}
	}

	dockertest.Kill(t, inspected.Container.ID)
	w.eventually("the kill shows", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	ended := w.task(id)
	if *ended.Containers[0].ExitCode != 137 || ended.StopCode != types.TaskStopCodeEssentialContainerExited {
		t.Errorf("exit code %d, stop code %s", *ended.Containers[0].ExitCode, ended.StopCode)
	}
}

// line is a connection to the engine that can be cut.
type line struct {
	net.Listener
	target string

	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func newLine(t *testing.T, target string) *line {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "engine.sock"))
	if err != nil {
		t.Fatal(err)
	}
	p := &line{Listener: l, target: target}
	t.Cleanup(func() { l.Close() })
	go p.serve()
	return p
}

func (p *line) serve() {
	for {
		from, err := p.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("unix", p.target)
		if err != nil {
			from.Close()
			continue
		}
		p.mu.Lock()
		if p.cut {
			from.Close()
			to.Close()
			p.mu.Unlock()
			continue
		}
		p.conns = append(p.conns, from, to)
		p.mu.Unlock()
		go func() { io.Copy(to, from); to.(*net.UnixConn).CloseWrite() }()
		go func() { io.Copy(from, to); from.(*net.UnixConn).CloseWrite() }()
	}
}

func (p *line) set(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	if cut {
		for _, c := range p.conns {
			c.Close()
		}
		p.conns = nil
	}
}

// untilEngineAway waits until the emulator has seen that its engine does not answer.
func (w *world) untilEngineAway() {
	w.Helper()
	w.eventually("health tells", func() bool {
		response, err := http.Get(w.srv.URL() + "/_emulator/health")
		w.must(err)
		response.Body.Close()
		return response.StatusCode == http.StatusServiceUnavailable
	})
}

func TestDockerEngineGoneAndBack(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine := newLine(t, "/var/run/docker.sock")
	w := start(t, emulator.Options{Engine: "unix://" + engine.Addr().String()})
	image := dockertest.Image(t)
	dies := w.runTask(w.register("web", image, "serve", "8080"))
	running := w.untilRunning(dies)

	engine.set(true)
	w.untilEngineAway()
	waits := w.runTask(w.register("web", image, "serve", "8080"))
	dockertest.Kill(t, w.engineID(*running.TaskArn))

	engine.set(false)
	w.untilRunning(waits)
	w.eventually("what happened meanwhile shows", func() bool { return *w.task(dies).LastStatus == "STOPPED" })
	if code := *w.task(dies).Containers[0].ExitCode; code != 137 {
		t.Errorf("exit code %d", code)
	}
}

func TestDockerCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	srv, err := emulator.New(withoutWarm(emulator.Options{Engine: "docker"}))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	// Who ended them in order would wait for two minutes, the longest that ECS knows.
	definition := w.registerStopping("web", dockertest.Image(t), 120, "ignore-term")
	running, starting := w.runTask(definition), w.runTask(definition)
	w.untilRunning(running)
	sandbox := container.NetworkMode(containers(t, running)[0].HostConfig.NetworkMode).ConnectedContainer()
	begin := time.Now()
	w.must(srv.Close())
	if took := time.Since(begin); took > 110*time.Second {
		t.Errorf("took %v", took)
	}
	if left := containers(t, running, starting); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if found, err := dockertest.Client(t).ContainerInspect(t.Context(), sandbox, client.ContainerInspectOptions{}); err == nil {
		t.Errorf("left behind: sandbox %s", found.Container.Name)
	}
}

// TestDockerTasksFindWarmSandboxes runs tasks on an emulator as a user gets it: those
// after the first take sandboxes that are there, and Reset and Close leave none.
func TestDockerTasksFindWarmSandboxes(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	srv := emulator.Start(t, emulator.Options{Engine: "docker"})
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	definition := w.register("web", dockertest.Image(t), "serve", "8080", "hello")
	first := containers(t, w.runTaskUntilRunning(definition))
	warm := func() []container.Summary {
		found, err := dockertest.Client(t).ContainerList(context.Background(), client.ContainerListOptions{All: true, Filters: make(client.Filters).
			Add("label", "ecs-emulator.warm").
			Add("name", "-warm-").
			Add("label", "ecs-emulator.owner="+first[0].Labels["ecs-emulator.owner"])})
		w.must(err)
		return found.Items
	}
	running := func(list []container.Summary) (n int) {
		for _, c := range list {
			if c.State == container.StateRunning {
				n++
			}
		}
		return n
	}
	w.eventually("sandboxes are warm", func() bool { return running(warm()) == 2 })
	ids := map[string]bool{}
	for _, c := range warm() {
		ids[c.ID] = true
	}
	id := w.runTaskUntilRunning(definition)
	own := containers(t, id)[0]
	if sandbox := container.NetworkMode(own.HostConfig.NetworkMode).ConnectedContainer(); !ids[sandbox] {
		t.Errorf("the task is in the sandbox %s, want one of %v", sandbox, ids)
	}
	task := w.task(id)
	w.eventually("the task answers at its own address", func() bool {
		return strings.Contains(answer("http://"+addressOf(task)+":8080/"), "hello")
	})
	w.must(w.srv.Reset())
	if left := warm(); len(left) != 0 {
		t.Errorf("after Reset there are %d", len(left))
	}
	id = w.runTaskUntilRunning(w.register("web", dockertest.Image(t), "serve", "8080", "hello"))
	first = containers(t, id)
	w.eventually("sandboxes are warm again", func() bool { return running(warm()) == 2 })
	w.must(w.srv.Close())
	if left := warm(); len(left) != 0 {
		t.Errorf("after Close there are %d", len(left))
	}
}

func (w *world) runTaskUntilRunning(definition string) (id string) {
	w.Helper()
	id = w.runTask(definition)
	w.untilRunning(id)
	return id
}

func TestTheVPCHasTheRangeAskedFor(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{VPCCIDR: netip.MustParsePrefix("10.20.0.0/16")})
	if ip := addressOf(w.untilRunning(w.runTask(w.register("web", "web")))); !strings.HasPrefix(ip, "10.20.") {
		t.Errorf("the task has the address %s", ip)
	}
}
