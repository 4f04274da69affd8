package docker_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// cgroupEngine is an engine whose control groups are of another kind than those of the
// machine that tests run on. It notes what it is told.
type cgroupEngine struct {
	version, driver string
	complaint       string            // of the sandbox program, about any limit
	creates         func(name string) // is called before a container is made
	refuses         string            // containers of that name do not start
	hangsUp         bool              // when a program's input is asked for

	mu         sync.Mutex
	told       []string
	containers map[string]container.CreateRequest
	execs      []client.ExecCreateOptions
	conns      []net.Conn
}

// openCgroupEngine opens one. It ends with the test.
func openCgroupEngine(t *testing.T, c *cgroupEngine) *docker.Engine {
	t.Helper()
	c.containers = map[string]container.CreateRequest{}
	engine := fakeEngine{anyRequest: c.serve}.open(t, docker.Options{Owner: "me"})
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, conn := range c.conns {
			_ = conn.Close()
		}
	})
	return engine
}

func (c *cgroupEngine) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	parts := append(strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/"), "", "")
	switch what, id, verb := parts[0], parts[1], parts[2]; {
	case what == "info":
		says(200, fmt.Sprintf(`{"OSType":"linux","Architecture":"x86_64","CgroupVersion":%q,"CgroupDriver":%q}`, c.version, c.driver))(w, r)
	case what == "images":
		says(200, `{"Id":"sha256:1"}`)(w, r)
	case what == "networks" && id != "":
		says(200, `{}`)(w, r)
	case what == "networks":
		says(200, `[]`)(w, r)
	case what == "exec":
		_, _ = io.Copy(io.Discard, r.Body) // who hangs up too early is a broken pipe
		c.runExec(w, id)
	case what == "volumes":
		says(200, `{"Labels":{"ecs-emulator.owner":"me"}}`)(w, r)
	case id == "create":
		if c.creates != nil {
			c.mu.Unlock()
			c.creates(r.URL.Query().Get("name"))
			c.mu.Lock()
		}
		c.create(w, r)
	case id == "json":
		says(200, `[]`)(w, r)
	default:
		request, ok := c.containers[id]
		if !ok {
			says(404, fmt.Sprintf(`{"message":"No such container: %s"}`, id))(w, r)
			return
		}
		c.serveContainer(w, r, id, verb, request)
	}
}

// name is the name of a container without what is random in it.
func shortName(id string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(id, "ecs-emulator-me-"), "-")
	return name
}

func (c *cgroupEngine) create(w http.ResponseWriter, r *http.Request) {
	var request container.CreateRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		says(400, `{"message":"no request"}`)(w, r)
		return
	}
	id := r.URL.Query().Get("name")
	if _, taken := c.containers[id]; taken {
		says(409, `{"message":"the name is in use"}`)(w, r)
		return
	}
	c.containers[id] = request
	host := request.HostConfig
	c.told = append(c.told, strings.TrimSpace(fmt.Sprintln("create", shortName(id), host.CgroupParent, host.Memory>>20, host.CgroupnsMode, strings.Join(host.Binds, " "))))
	says(201, fmt.Sprintf(`{"Id":%q}`, id))(w, r)
}

func (c *cgroupEngine) serveContainer(w http.ResponseWriter, r *http.Request, id, verb string, request container.CreateRequest) {
	switch {
	case r.Method == http.MethodDelete:
		delete(c.containers, id)
		c.told = append(c.told, "remove "+shortName(id))
		says(204, "")(w, r)
	case verb == "json":
		found := container.InspectResponse{
			Config: request.Config, HostConfig: request.HostConfig,
			ID: id, Name: "/" + id, State: &container.State{Status: "running", Running: true},
		}
		text, _ := json.Marshal(found)
		says(200, string(text))(w, r)
	case verb == "start" && shortName(id) == c.refuses:
		says(500, `{"message":"operation not permitted"}`)(w, r)
	case verb == "start":
		c.told = append(c.told, "start "+shortName(id))
		says(204, "")(w, r)
	case verb == "attach":
		conn := upgraded(w)
		if c.hangsUp {
			_ = conn.Close()
		}
		c.conns = append(c.conns, conn)
	case verb == "exec":
		var exec client.ExecCreateOptions
		_ = json.NewDecoder(r.Body).Decode(&exec)
		c.execs = append(c.execs, exec)
		says(201, fmt.Sprintf(`{"Id":"%d"}`, len(c.execs)-1))(w, r)
	default:
		says(200, `{}`)(w, r)
	}
}

func (c *cgroupEngine) runExec(w http.ResponseWriter, id string) {
	var n int
	_, _ = fmt.Sscan(id, &n)
	c.told = append(c.told, strings.Join(c.execs[n].Cmd[1:], " "))
	stream, text := byte(1), "done\n"
	if c.complaint != "" && c.execs[n].Cmd[1] == "limit" {
		stream, text = 2, c.complaint+"\n"
	}
	conn := upgraded(w)
	head := binary.BigEndian.AppendUint32([]byte{stream, 0, 0, 0}, uint32(len(text)))
	_, _ = io.WriteString(conn, string(head)+text)
	_ = conn.Close()
}

// upgraded is the connection of a request for a stream.
func upgraded(w http.ResponseWriter) net.Conn {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
	return conn
}

// since is what the engine was told from a line on.
func (c *cgroupEngine) since(line string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.told[max(0, slices.Index(c.told, line)):])
}

// runTask makes a sandbox with a container, and removes both.
func runTask(t *testing.T, engine *docker.Engine) {
	t.Helper()
	ctx := t.Context()
	sandbox, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: "task", Memory: 64 << 20, CPU: 512})
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Start(ctx, sandbox.ID); err != nil {
		t.Fatal(err)
	}
	id, err := engine.Create(ctx, backend.ContainerSpec{Name: "app", Image: "app", Sandbox: sandbox.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{id, sandbox.ID} {
		if err := engine.Remove(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
}

// Where the engine gives a task's group no limits, the cgroup manager does, before anything runs
// in it; and it removes the group after the last of its containers.
func TestTheCgroupManagerSetsLimits(t *testing.T) {
	for _, c := range []struct{ driver, group, trial, binds string }{
		{"cgroupfs", "/ecs-emulator/0ebb429fa86d481c", "/ecs-emulator/001a41250acf8e53", "/sys/fs/cgroup:/sys/fs/cgroup"},
		{"systemd", "ecsemulator-0ebb429fa86d481c.slice", "ecsemulator-001a41250acf8e53.slice", "/sys/fs/cgroup:/sys/fs/cgroup /run/systemd:/run/systemd"},
	} {
		t.Run(c.driver, func(t *testing.T) {
			fake := &cgroupEngine{version: "2", driver: c.driver}
			engine := openCgroupEngine(t, fake)
			runTask(t, engine)
			if info, err := engine.Info(t.Context()); err != nil || !info.TaskLimits || info.Unlimited != "" || info.Groups != "control groups of version 2, "+c.driver {
				t.Errorf("Info = %+v, %v", info, err)
			}
			want := []string{
				"create governor  0 host " + c.binds, "start governor",
				"limit " + c.trial + " memory=67108864 swap=0 cpu=100000 weight=39", "drop " + c.trial,
				"create task " + c.group + " 64 host", // whose groups it is to see
				"limit " + c.group + " memory=67108864 swap=0 cpu=50000", "start task",
				"create app " + c.group + " 0",
				"remove app", "remove task", "drop " + c.group,
			}
			if got := fake.since(want[0]); !slices.Equal(got, want) {
				t.Errorf("the engine was told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if err := engine.Close(); err != nil {
				t.Fatal(err)
			}
			if got := fake.since("drop " + c.group); !slices.Contains(got, "remove governor") {
				t.Errorf("after Close: %q; want the cgroup manager removed", got)
			}
		})
	}
}

// Where it cannot, as where the engine's host hides its groups, each container is bounded.
func TestWithoutCgroupManagerEachContainerIsBounded(t *testing.T) {
	fake := &cgroupEngine{version: "2", driver: "cgroupfs", complaint: "read-only file system"}
	engine := openCgroupEngine(t, fake)
	runTask(t, engine)
	info, err := engine.Info(t.Context())
	if err != nil || info.TaskLimits || !strings.Contains(info.Unlimited, "read-only file system") {
		t.Errorf("Info = %+v, %v; want no task limits and why", info, err)
	}
	want := []string{"remove governor", "create task  64", "start task", "create app  64", "remove app", "remove task"}
	if got := fake.since("remove governor"); !slices.Equal(got, want) {
		t.Errorf("the engine was told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What kept the cgroup manager from its work was mended.
func TestACgroupManagerThatCouldNotIsTriedAgain(t *testing.T) {
	fake := &cgroupEngine{version: "2", driver: "cgroupfs", complaint: "read-only file system"}
	engine := openCgroupEngine(t, fake)
	runTask(t, engine)
	fake.mu.Lock()
	fake.complaint, fake.told = "", nil
	fake.mu.Unlock()
	engine.CgroupManagerTriedBefore(9 * time.Minute)
	runTask(t, engine)
	if got := fake.since(""); slices.Contains(got, "start governor") {
		t.Errorf("after nine minutes the engine was told\n%s", strings.Join(got, "\n"))
	}
	engine.CgroupManagerTriedBefore(10 * time.Minute)
	runTask(t, engine)
	if got := fake.since(""); !slices.Contains(got, "limit /ecs-emulator/0ebb429fa86d481c memory=67108864 swap=0 cpu=50000") {
		t.Errorf("after ten minutes the engine was told\n%s\nwant the limits of the task", strings.Join(got, "\n"))
	}
	if info, err := engine.Info(t.Context()); err != nil || !info.TaskLimits || info.Unlimited != "" {
		t.Errorf("Info = %+v, %v", info, err)
	}
}

// A user tidies up on the engine.
func TestACgroupManagerThatIsGoneIsStartedAgain(t *testing.T) {
	fake := &cgroupEngine{version: "2", driver: "cgroupfs"}
	engine := openCgroupEngine(t, fake)
	runTask(t, engine)
	fake.mu.Lock()
	delete(fake.containers, "ecs-emulator-me-governor")
	fake.told = nil
	fake.mu.Unlock()
	runTask(t, engine)
	if got := fake.since(""); !slices.Contains(got, "start governor") || !slices.Contains(got, "limit /ecs-emulator/0ebb429fa86d481c memory=67108864 swap=0 cpu=50000") {
		t.Errorf("the engine was told\n%s\nwant the cgroup manager started and the limits set", strings.Join(got, "\n"))
	}
}

// A run with a data directory was killed, and may have been of another version.
func TestTheCgroupManagerOfAnEarlierRun(t *testing.T) {
	for name, c := range map[string]struct {
		run  func(*docker.Engine)
		want []string
	}{
		"is replaced": {func(e *docker.Engine) { runTask(t, e) }, []string{"remove governor", "create governor", "remove governor"}},
		"goes with one that runs no task": {func(e *docker.Engine) {
			if err := e.EnsureVolume(t.Context(), backend.VolumeSpec{Name: "data"}); err != nil {
				t.Fatal(err)
			}
		}, []string{"remove governor"}},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &cgroupEngine{version: "2", driver: "cgroupfs"}
			engine := openCgroupEngine(t, fake)
			fake.containers["ecs-emulator-me-governor"] = container.CreateRequest{
				Config: &container.Config{Labels: map[string]string{"ecs-emulator.owner": "me", "ecs-emulator.kind": "governor"}}, HostConfig: &container.HostConfig{},
			}
			c.run(engine)
			if err := engine.Close(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, line := range fake.since("") {
				if words := strings.Fields(line); words[1] == "governor" && words[0] != "start" {
					got = append(got, words[0]+" governor")
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("the engine was told %q; want %q", got, c.want)
			}
		})
	}
}
