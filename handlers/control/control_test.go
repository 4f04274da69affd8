package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

func newStore(t *testing.T) *store.Store {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// start serves the endpoints with what o leaves out filled in.
func start(t *testing.T, o control.Options) *httptest.Server {
	t.Helper()
	o.Version, o.Endpoint, o.Scope, o.Log = "1.2.3", "http://127.0.0.1:1", scope, slog.New(slog.DiscardHandler)
	if o.Store == nil {
		o.Store = newStore(t)
	}
	if o.Clock == nil {
		o.Clock = clock.New(clock.Options{})
	}
	s := httptest.NewServer(control.Handler(o))
	t.Cleanup(s.Close)
	return s
}

// do sends a request and reads the answer into v.
func do(t *testing.T, s *httptest.Server, method, path, body string, v any) int {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+control.Prefix+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return resp.StatusCode
}

type refusal struct{ Error string }

// asked is one engine without a name, as it is when it is asked.
func asked(e *control.Engine) func(context.Context) (control.Engine, []control.EngineState) {
	return func(context.Context) (control.Engine, []control.EngineState) {
		return *e, []control.EngineState{{Status: e.Status, LastError: e.LastError, NetworkError: e.NetworkError}}
	}
}

func TestHealth(t *testing.T) {
	engine := control.Engine{Name: "sim", Status: control.EngineReady}
	s := start(t, control.Options{Engine: asked(&engine)})
	var h control.Health
	if code := do(t, s, "GET", "health", "", &h); code != 200 {
		t.Errorf("got %d", code)
	}
	want := control.Health{
		Status: "ok", Version: "1.2.3", Endpoint: "http://127.0.0.1:1", Region: "us-east-1", Account: "000000000000", Engine: engine, Engines: h.Engines,
		State: control.State{Status: control.StateReady}, Logs: control.State{Status: control.StateReady}, Network: h.Network,
	}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("got %+v", h)
	}
	n := h.Network
	if n.VPC != ec2network.DefaultVPC || n.SecurityGroup != ec2network.DefaultSecurityGroup || len(n.Subnets) != 3 ||
		n.Subnets[1].AvailabilityZone != "us-east-1b" || n.Subnets[1].CIDR != "172.31.16.0/20" || n.CIDR != "172.31.0.0/16" {
		t.Errorf("got %+v", n)
	}

	engine = control.Engine{Name: "docker", Status: control.EngineUnavailable, LastError: "connection refused"}
	if code := do(t, s, "GET", "health", "", &h); code != 503 || h.Status != "degraded" || h.Engine != engine {
		t.Errorf("got %d %+v", code, h)
	}
	h, engine = control.Health{}, control.Engine{Name: "docker", Status: control.EngineReady, NetworkError: "no free /16"}
	if code := do(t, s, "GET", "health", "", &h); code != 503 || h.Status != "degraded" || h.Engine != engine {
		t.Errorf("without a network: %d %+v", code, h)
	}
}

func TestReset(t *testing.T) {
	var failure error
	resets := 0
	s := start(t, control.Options{Reset: func(context.Context) error { resets++; return failure }})
	var r refusal
	if code := do(t, s, "POST", "reset", "", &r); code != 200 || resets != 1 {
		t.Errorf("got %d %+v, %d resets", code, r, resets)
	}
	failure = errors.New("remove containers: engine gone")
	if code := do(t, s, "POST", "reset", "", &r); code != 500 || r.Error != "reset: remove containers: engine gone" {
		t.Errorf("got %d %+v", code, r)
	}
	if code := do(t, s, "GET", "reset", "", &r); code != 405 || r.Error != "/_emulator/reset is not for GET" {
		t.Errorf("got %d %+v", code, r)
	}
	if resets != 2 {
		t.Errorf("%d resets", resets)
	}
}

func TestClock(t *testing.T) {
	c := clock.New(clock.Options{Start: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)})
	s := start(t, control.Options{Clock: c})
	rang := make(chan time.Time, 1)
	c.AfterFunc(time.Hour, func() { rang <- c.Now() })

	var got control.Time
	if code := do(t, s, "GET", "clock", "", &got); code != 200 || got.Now.Year() != 2030 || got.Speed != 1 {
		t.Errorf("got %d %+v", code, got)
	}
	if code := do(t, s, "POST", "clock", `{"advance":"90m"}`, &got); code != 200 || got.Now.Before(time.Date(2030, 1, 1, 1, 30, 0, 0, time.UTC)) {
		t.Errorf("got %d %+v", code, got)
	}
	select {
	case at := <-rang:
		if at.Hour() != 1 || at.Minute() >= 30 {
			t.Errorf("the timer rang at %v", at)
		}
	default:
		t.Error("the timer has not rung when the clock was advanced past it")
	}
	if code := do(t, s, "POST", "clock", `{"speed":0}`, &got); code != 200 || got.Speed != 0 {
		t.Errorf("got %d %+v", code, got)
	}
	for _, body := range []string{``, `{}`, `{"advance":"-5m"}`, `{"advance":"soon"}`, `{"advance":5}`, `{"speed":-1}`, `{"set":"2031"}`} {
		var r refusal
		if code := do(t, s, "POST", "clock", body, &r); code != 400 || r.Error == "" {
			t.Errorf("%s: got %d %+v", body, code, r)
		}
	}
}

func TestTasks(t *testing.T) {
	rows := newStore(t)
	err := rows.Update(func(tx *store.Tx) error {
		for id, status := range map[string]string{"1": state.Running, "2": state.Stopped} {
			state.AddTask(tx, &state.Task{
				ARN: scope.Task("shop", id), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop"), Group: "family:web"},
				Status: state.TaskStatus{
					LastStatus: status, SandboxID: "s1", Attachment: state.Attachment{PrivateIPv4: "172.31.0.4"},
					Containers: []state.Container{
						{Name: "app", Image: "nginx", Phase: state.ContainerRunning, RuntimeID: "1-c1", EngineID: "c1"},
						{Name: "log", Image: "fluentd", Phase: state.ContainerPulled},
					},
				},
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, control.Options{Store: rows, Ports: func(taskARN string, open bool) []control.Port {
		return []control.Port{{Container: "app", ContainerPort: 80, Protocol: "tcp", Address: "127.0.0.1:4001"}}
	}})
	var got control.Tasks
	if code := do(t, s, "GET", "tasks", "", &got); code != 200 {
		t.Errorf("got %d", code)
	}
	want := control.Tasks{Tasks: []control.Task{{
		ID: "1", ARN: scope.Task("shop", "1"), Cluster: "shop", Group: "family:web", LastStatus: "RUNNING", DesiredStatus: "RUNNING",
		IP: "172.31.0.4", SandboxID: "s1",
		Containers: []control.Container{
			{Name: "app", Image: "nginx", LastStatus: "RUNNING", RuntimeID: "1-c1", EngineID: "c1", Ports: []control.Port{{ContainerPort: 80, Protocol: "tcp", Address: "127.0.0.1:4001"}}},
			{Name: "log", Image: "fluentd", LastStatus: "PENDING", Ports: []control.Port{}},
		},
	}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// The runtimeId and the engine's id of a container each stand for its task and itself.
func TestLogsOfAContainerByItsIDs(t *testing.T) {
	rows := newStore(t)
	err := rows.Update(func(tx *store.Tx) error {
		state.AddTask(tx, &state.Task{
			ARN: scope.Task("shop", "1"), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop")},
			Status: state.TaskStatus{LastStatus: state.Running, Containers: []state.Container{
				{Name: "log", RuntimeID: "1-10", EngineID: "c0"}, {Name: "app", RuntimeID: "1-11", EngineID: "c1"},
			}},
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, control.Options{Store: rows, Logs: func(_ context.Context, taskARN, container string, o backend.LogOptions) error {
		return o.Write(time.Time{}, false, taskARN+" "+container)
	}})
	for query, want := range map[string]string{
		"task=1-11": "app", "task=c1": "app", "task=1-10": "log", "task=1&container=app": "app",
	} {
		response, err := s.Client().Get(s.URL + control.Prefix + "logs?" + query)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if want := scope.Task("shop", "1") + " " + want + "\n"; err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", query, text, err)
		}
	}
}

func TestLogsThatAreGoneSayWhereTheyMayBe(t *testing.T) {
	rows := newStore(t)
	err := rows.Update(func(tx *store.Tx) error {
		state.AddTask(tx, &state.Task{ARN: scope.Task("shop", "1"), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop")}, Status: state.TaskStatus{LastStatus: state.Stopped}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, control.Options{Store: rows, Logs: func(context.Context, string, string, backend.LogOptions) error {
		return &backend.NotFoundError{Kind: backend.KindContainer, Err: errors.New("Error response from daemon: No such container: c1")}
	}})
	response, err := s.Client().Get(s.URL + control.Prefix + "logs?task=1")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound || !strings.Contains(string(text), "the output of task 1 is gone") || strings.Contains(string(text), "daemon") {
		t.Errorf("%d: %q, %v", response.StatusCode, text, err)
	}
}

// Each port is a file of the process: a list of thousands does not open all.
func TestTasksOpenPortsOfTheFirstOnly(t *testing.T) {
	rows := newStore(t)
	err := rows.Update(func(tx *store.Tx) error {
		for n := range 300 {
			state.AddTask(tx, &state.Task{
				ARN: scope.Task("shop", fmt.Sprintf("%032d", n)), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop")},
				Status: state.TaskStatus{LastStatus: state.Running},
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	s := start(t, control.Options{Store: rows, Ports: func(_ string, open bool) []control.Port {
		if open {
			opened++
		}
		return nil
	}})
	var got control.Tasks
	if do(t, s, "GET", "tasks", "", &got); len(got.Tasks) != 300 || opened != 100 || got.Note == "" {
		t.Errorf("%d tasks, ports of %d opened, note %q", len(got.Tasks), opened, got.Note)
	}
	var one control.Tasks
	if do(t, s, "GET", fmt.Sprintf("tasks?task=%032d", 250), "", &one); len(one.Tasks) != 1 || opened != 101 {
		t.Errorf("%d tasks, ports of %d opened", len(one.Tasks), opened)
	}
	var same control.Tasks
	if do(t, s, "GET", fmt.Sprintf("tasks?of=%032d", 250), "", &same); len(same.Tasks) != 1 || opened != 102 {
		t.Errorf("%d tasks, ports of %d opened", len(same.Tasks), opened)
	}
	for _, query := range []string{"tasks?task=absent", "tasks?of=absent"} {
		var r refusal
		if code := do(t, s, "GET", query, "", &r); code != 404 {
			t.Errorf("%s: got %d %+v", query, code, r)
		}
	}
}

func TestHealthOfLogs(t *testing.T) {
	var logs control.State
	s := start(t, control.Options{
		Engine:    asked(&control.Engine{Status: control.EngineReady}),
		LogEvents: func() control.State { return logs },
	})
	for status, want := range map[control.StateStatus]int{control.StateReady: 200, control.StateFull: 200, control.StateUnwritable: 503} {
		var h control.Health
		logs = control.State{Status: status, Reason: "why"}
		if code := do(t, s, "GET", "health", "", &h); code != want || (h.Status == "ok") != (want == 200) || h.Logs != logs {
			t.Errorf("%s: got %d %+v", status, code, h)
		}
	}
}

func TestUnknownPath(t *testing.T) {
	var r refusal
	if code := do(t, start(t, control.Options{}), "GET", "nowhere", "", &r); code != 404 || !strings.Contains(r.Error, "/_emulator/nowhere") {
		t.Errorf("got %d %+v", code, r)
	}
}

func TestMetrics(t *testing.T) {
	rows := newStore(t)
	m := control.NewMetrics(rows,
		control.MeasureDataPoints(func() int64 { return 54321 }),
		control.MeasureLogs(func() int64 { return 12345 }, func() control.State { return control.State{Status: control.StateFull} }),
		control.MeasureImages(rows, func() int64 { return 23456 }, func() int { return 4 }))
	m.Observe("ecs", "RunTask", 200, 2*time.Millisecond)
	m.Observe("ecs", "RunTask", 400, time.Millisecond)
	err := rows.Update(func(tx *store.Tx) error {
		state.AddTask(tx, &state.Task{
			ARN: scope.Task("shop", "1"), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop")},
			Status: state.TaskStatus{LastStatus: state.Running},
		})
		state.PutService(tx, &state.Service{
			ARN: scope.Service("shop", "web"), ClusterARN: scope.Cluster("shop"),
			Deployments: []*state.Deployment{{Generation: state.Generation{Revision: &state.ServiceRevision{}}}},
		})
		for _, name := range []string{"app", "web"} {
			ecr.Repositories.Put(tx, &ecr.Repository{Scope: scope, Name: name})
		}
		for _, digest := range []string{"1", "2", "3"} {
			ecr.Images.Put(tx, &ecr.Image{Scope: scope, Repository: "web", Digest: digest})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`ecs_emulator_requests_total{operation="RunTask",service="ecs",status="200"} 1`,
		`ecs_emulator_requests_total{operation="RunTask",service="ecs",status="400"} 1`,
		`# TYPE ecs_emulator_request_duration_seconds histogram`,
		`ecs_emulator_request_duration_seconds_bucket{operation="RunTask",service="ecs",le="0.0005"} 0`,
		`ecs_emulator_request_duration_seconds_bucket{operation="RunTask",service="ecs",le="0.001"} 1`,
		`ecs_emulator_request_duration_seconds_bucket{operation="RunTask",service="ecs",le="0.0025"} 2`,
		`ecs_emulator_request_duration_seconds_bucket{operation="RunTask",service="ecs",le="+Inf"} 2`,
		`ecs_emulator_request_duration_seconds_sum{operation="RunTask",service="ecs"} 0.003`,
		`ecs_emulator_request_duration_seconds_count{operation="RunTask",service="ecs"} 2`,
		`ecs_emulator_tasks{last_status="RUNNING"} 1`,
		`ecs_emulator_tasks{last_status="STOPPED"} 0`,
		`ecs_emulator_services{status="ACTIVE"} 1`,
		`ecs_emulator_log_bytes 12345`,
		`ecs_emulator_metric_bytes 54321`,
		`ecs_emulator_log_disk_full 1`,
		`ecs_emulator_repositories 2`,
		`ecs_emulator_images 3`,
		`ecs_emulator_registry_bytes 23456`,
		`ecs_emulator_image_pulls 4`,
		`go_goroutines `,
		`process_open_fds `,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") && !strings.Contains(w.Body.String(), "\n"+want) {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
	control.NewMetrics(newStore(t)) // a second emulator in one process
}

// Measures are between what the store holds and what the process uses, in their order.
func TestMeasuresAddLinesInTheirOrder(t *testing.T) {
	measure := func(name string) control.Measure {
		return func(_ context.Context, to *control.Exposition) {
			to.Family("gauge", name, "What is measured.")
			to.Sample(name, 7, "task", 1)
		}
	}
	w := httptest.NewRecorder()
	control.NewMetrics(newStore(t), measure("second"), measure("first")).Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body := w.Body.String()
	for _, want := range []string{
		"\necs_emulator_services{", "\n# HELP second What is measured.\n# TYPE second gauge\nsecond{task=\"1\"} 7\n# HELP first ", "\ngo_goroutines ",
	} {
		_, rest, found := strings.Cut(body, want)
		if !found {
			t.Fatalf("no %q at its place in\n%s", want, w.Body)
		}
		body = rest
	}
}
