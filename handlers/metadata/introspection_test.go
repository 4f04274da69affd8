package metadata_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// introspect asks at the port of the container agent.
func (b *bench) introspect(from, path string) (status int, answer string) {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://10.0.0.9:51678"+path, nil)
	r.RemoteAddr = from + ":45628"
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// onInstance has a bridge task, one with an interface and, elsewhere, another one.
func onInstance(b *bench) (daemon, neighbour, elsewhere *state.Task) {
	here := b.instance()
	err := b.options.Store.Update(func(tx *store.Tx) error {
		row := *state.FindContainerInstance(tx, here)
		row.Version = types.VersionInfo{AgentVersion: aws.String("1.94.0"), AgentHash: aws.String("31afb27c")}
		state.PutContainerInstance(tx, &row, began)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	daemon = b.put("daemon", types.NetworkModeBridge, here, func(d *types.TaskDefinition, t *state.Task) {
		t.Status.Containers[0].EngineID, t.Status.Containers[1].EngineID = strings.Repeat("d0", 32), strings.Repeat("d1", 32)
	})
	neighbour = b.put("web", types.NetworkModeAwsvpc, here, func(_ *types.TaskDefinition, t *state.Task) { inVPC(t, awsvpcAddress) })
	elsewhere = b.put("other", types.NetworkModeAwsvpc, scope.ContainerInstance("shop", "another"), func(_ *types.TaskDefinition, t *state.Task) { inVPC(t, strangeAddress) })
	return daemon, neighbour, elsewhere
}

func TestNeighboursOnAContainerInstance(t *testing.T) {
	b := newBench(t)
	daemon, neighbour, elsewhere := onInstance(b)
	for _, c := range []struct {
		what, from, path string
		status           int
	}{
		{"its own", machineAddress, at("v4", daemon, "web"), 200},
		{"its neighbour's", machineAddress, at("v4", neighbour, "web"), 200},
		{"its neighbour's task", machineAddress, at("v4", neighbour, "web") + "/taskWithTags", 200},
		{"its neighbour's stats", machineAddress, at("v4", neighbour, "web") + "/stats", 200},
		{"its neighbour's, version 3", machineAddress, at("v3", neighbour, "web") + "/task", 200},
		{"another instance's", machineAddress, at("v4", elsewhere, "web"), 404},
		{"a daemon's", awsvpcAddress, at("v4", daemon, "web"), 404},
		{"its own, with an interface", awsvpcAddress, at("v4", neighbour, "web"), 200},
		{"a neighbour's protection", machineAddress, "/api/" + endpointID(neighbour, neighbour.Status.Container("web")) + "/task-protection/v1/state", 404},
	} {
		if status, body, _ := b.ask(c.from, http.MethodGet, c.path, ""); status != c.status {
			t.Errorf("%s: %d %s, want %d", c.what, status, body, c.status)
		}
	}
}

func TestIntrospection(t *testing.T) {
	b := newBench(t)
	daemon, neighbour, _ := onInstance(b)
	const none = `{"Arn":"","KnownStatus":"","Family":"","Version":"","Containers":null}`
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{"/v1/metadata", 200, `{"Cluster":"shop","ContainerInstanceArn":"` + scope.ContainerInstance("shop", "1c4d5e6f") + `","Version":"Amazon ECS Agent - v1.94.0 (31afb27c)"}`},
		{"/v1/tasks?taskarn=none", 404, none},
		{"/v1/tasks?dockerid=none", 404, none},
		{"/v1/tasks?dockerid=", 404, none},
		{"/v1/tasks?dockerid=d0&taskarn=" + daemon.ARN, 400, none},
		{"/", 200, `{"AvailableCommands":["/v1/metadata","/v1/tasks"]}`},
		{at("v4", daemon, "web"), 200, `{"AvailableCommands":["/v1/metadata","/v1/tasks"]}`},
	} {
		if status, body := b.introspect(machineAddress, c.path); status != c.status || body != c.want {
			t.Errorf("%s: %d %s\nwant %d %s", c.path, status, body, c.status, c.want)
		}
	}
	_, all := b.introspect(machineAddress, "/v1/tasks")
	if strings.Count(all, `"Arn":`) != 2 || !strings.Contains(all, daemon.ARN) || !strings.Contains(all, neighbour.ARN) || strings.Contains(all, "pause") {
		t.Errorf("all tasks: %s", all)
	}
	want := `{"Arn":"` + daemon.ARN + `","DesiredStatus":"RUNNING","KnownStatus":"RUNNING","Family":"daemon","Version":"1","Containers":[` +
		`{"DockerId":"` + strings.Repeat("d0", 32) + `","DockerName":"ecs-daemon-1-web-cef1f4d3afb7eddd7900","Name":"web","Image":"shop/web:1","ImageID":"sha256:ed0c",` +
		`"CreatedAt":"2026-09-16T17:47:30.151521Z","StartedAt":"2026-09-16T17:47:31.401521Z"},`
	for _, path := range []string{"/v1/tasks?taskarn=" + daemon.ARN, "/v1/tasks?dockerid=" + strings.Repeat("d1", 32), "/v1/tasks?dockerid=d0d0d0"} {
		if status, body := b.introspect(machineAddress, path); status != 200 || !strings.HasPrefix(body, want) {
			t.Errorf("%s: %d %s\nwant %s", path, status, body, want)
		}
	}
	if _, body := b.introspect(machineAddress, "/v1/tasks?taskarn="+neighbour.ARN); !strings.Contains(body, `"Networks":[{"NetworkMode":"awsvpc","IPv4Addresses":["`+awsvpcAddress+`"]}]`) {
		t.Errorf("a task with an interface: %s", body)
	}
	if status, _ := b.introspect(awsvpcAddress, "/v1/tasks"); status != 404 {
		t.Errorf("a task with an interface of its own sees the tasks of its instance: %d", status)
	}
	if status, body, _ := b.ask(machineAddress, http.MethodGet, "/v1/tasks", ""); status != 404 {
		t.Errorf("at 169.254.170.2 there is %s", body)
	}
}
