package emulator_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// calling is an engine whose containers reach the metadata endpoint, and which notes their
// environment.
type calling struct {
	backend.Engine
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once

	mu  sync.Mutex
	env []string
}

func newCalling() *calling {
	return &calling{Engine: sim.New(sim.Options{}), conns: make(chan net.Conn), done: make(chan struct{})}
}

func (c *calling) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.env = spec.Env
	return c.Engine.Create(ctx, spec)
}

// variable is one of the container that was made last.
func (c *calling) variable(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.env {
		if value, found := strings.CutPrefix(v, name+"="); found {
			return value
		}
	}
	return ""
}

func (c *calling) ListenMetadata() net.Listener { return c }

func (c *calling) Accept() (net.Conn, error) {
	select {
	case conn := <-c.conns:
		return conn, nil
	case <-c.done:
		return nil, net.ErrClosed
	}
}

func (c *calling) Close() error {
	c.once.Do(func() { close(c.done) })
	return nil
}

func (c *calling) Addr() net.Addr { return &net.TCPAddr{} }

// caller is a connection from an address.
type caller struct {
	net.Conn
	from net.Addr
}

func (c caller) RemoteAddr() net.Addr { return c.from }

// get asks for a URL from an address.
func (c *calling) get(ctx context.Context, from, url string) (status int, body string, err error) {
	address, err := netip.ParseAddr(from)
	if err != nil {
		return 0, "", err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case c.conns <- caller{far, net.TCPAddrFromAddrPort(netip.AddrPortFrom(address, 45_628))}:
			return near, nil
		case <-c.done:
			return nil, errors.New("nothing listens")
		}
	}}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

func TestAContainerFindsItsMetadata(t *testing.T) {
	t.Parallel()
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	definition := w.register("web", "app")
	id := w.runTask(definition)
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	uri, agent := engine.variable("ECS_CONTAINER_METADATA_URI_V4"), engine.variable("ECS_AGENT_URI")
	if endpoint := *w.task(id).Containers[0].RuntimeId; uri != "http://169.254.170.2/v4/"+endpoint || agent != "http://169.254.170.2/api/"+endpoint ||
		engine.variable("ECS_CONTAINER_METADATA_URI") != "http://169.254.170.2/v3/"+endpoint {
		t.Errorf("told %q and %q, its runtimeId is %s", uri, agent, endpoint)
	}
	if o := w.task(id).Overrides; len(o.ContainerOverrides) != 1 || len(o.ContainerOverrides[0].Environment) > 0 {
		t.Errorf("DescribeTasks shows the variables: %+v", o)
	}
	address := w.address(id)
	status, body, err := engine.get(t.Context(), address, uri+"/task")
	w.must(err)
	if status != http.StatusOK || !strings.Contains(body, `"TaskARN":"`+id+`"`) || !strings.Contains(body, `"KnownStatus":"RUNNING"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, body, err = engine.get(t.Context(), address, uri+"/stats"); err != nil || status != http.StatusOK || !strings.Contains(body, `"total_usage":`) {
		t.Errorf("stats: %d %s %v", status, body, err)
	}

	other := w.runTask(definition)
	w.eventually("another one runs", func() bool { return *w.task(other).LastStatus == "RUNNING" })
	if status, body, err = engine.get(t.Context(), w.address(other), uri+"/task"); err != nil || status != http.StatusNotFound {
		t.Errorf("another task gets it: %d %s %v", status, body, err)
	}
	if status, body, err = engine.get(t.Context(), w.address(other), "http://169.254.170.2/v2/metadata"); err != nil || !strings.Contains(body, `"TaskARN":"`+other+`"`) {
		t.Errorf("version 2: %d %s %v", status, body, err)
	}

	w.must(w.srv.Close())
	if _, _, err := engine.get(t.Context(), address, uri); err == nil {
		t.Error("an emulator that is closed answers")
	}
}

// Without a way to the endpoint no container is told of it.
func TestNoMetadataWithoutAWayThere(t *testing.T) {
	t.Parallel()
	engine := newRelaying(t)
	defer engine.listener.Close()
	w := start(t, emulator.Options{Backend: engine})
	id := w.runTask(w.register("web", "app"))
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	for _, v := range engine.env {
		if strings.Contains(v, "169.254.170.2") {
			t.Errorf("a container is told %s", v)
		}
	}
}

func TestMetadataRateIsChecked(t *testing.T) {
	t.Parallel()
	if srv, err := emulator.New(emulator.Options{MetadataRate: "fast"}); err == nil {
		srv.Close()
		t.Error("a rate that is none is taken")
	}
}

// address is the address of a task's network interface.
func (w *world) address(id string) string {
	w.Helper()
	for _, detail := range w.task(id).Attachments[0].Details {
		if *detail.Name == "privateIPv4Address" {
			return *detail.Value
		}
	}
	w.Fatalf("task %s has no address", id)
	return ""
}

// A task of a service protects itself by the container agent's API, as its role: in the account
// and region of its own.
func TestATaskProtectsItselfThroughTheAgent(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Backend: newCalling()})
	out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		TaskRoleArn:          aws.String("arn:aws:iam::000000000000:role/app"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	w.must(err)
	w.createService("web", *out.TaskDefinition.TaskDefinitionArn, 1)
	w.eventually("it runs", func() bool { return w.service("web").RunningCount == 1 })
	list, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	w.must(err)
	id := list.TaskArns[0]
	request := httptest.NewRequest(http.MethodPut, "/api/"+*w.task(id).Containers[0].RuntimeId+"/task-protection/v1/state", strings.NewReader(`{"ProtectionEnabled":true,"ExpiresInMinutes":5}`))
	request.RemoteAddr = w.address(id) + ":45628"
	answer := httptest.NewRecorder()
	w.srv.Metadata().ServeHTTP(answer, request)
	if body := answer.Body.String(); answer.Code != http.StatusOK || !strings.Contains(body, `"ProtectionEnabled":true,"TaskArn":"`+id+`"`) {
		t.Fatalf("%d %s", answer.Code, body)
	}
	request = httptest.NewRequest(http.MethodPut, request.URL.Path, strings.NewReader(`{"ProtectionEnabled":true,"ExpiresInMinutes":0}`))
	request.RemoteAddr = w.address(id) + ":45628"
	answer = httptest.NewRecorder()
	w.srv.Metadata().ServeHTTP(answer, request)
	if body := answer.Body.String(); answer.Code != http.StatusBadRequest || !strings.HasPrefix(body, `{"requestID":"`) || !strings.Contains(body, `"Code":"InvalidParameterException"`) {
		t.Errorf("refused by ECS: %d %s", answer.Code, body)
	}
	shown, err := w.client.GetTaskProtection(t.Context(), &ecs.GetTaskProtectionInput{Cluster: aws.String("default"), Tasks: []string{id}})
	w.must(err)
	if len(shown.ProtectedTasks) != 1 || !shown.ProtectedTasks[0].ProtectionEnabled {
		t.Errorf("%+v", shown.ProtectedTasks)
	}
}
