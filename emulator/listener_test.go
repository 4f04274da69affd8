package emulator_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionclient"
)

// listening is an engine whose containers reach the endpoint and the metadata endpoint.
type listening struct {
	*relaying
	metadata *calling
}

func (l listening) ListenMetadata() net.Listener { return l.metadata.ListenMetadata() }

var (
	_ backend.Relay        = listening{}
	_ backend.TaskMetadata = listening{}
)

// notOffered is in each answer to what is not offered.
const notOffered = "is not offered to tasks"

// TestListenersOfferWhatTheirTablesSay walks all that the endpoint has at each listener.
func TestListenersOfferWhatTheirTablesSay(t *testing.T) {
	t.Parallel()
	for name, allow := range map[string]bool{"tasks have what they may": false, "tasks have all": true} {
		t.Run(name, func(t *testing.T) {
			engine := listening{newRelaying(t), newCalling()}
			w := start(t, emulator.Options{Backend: engine, InjectEndpoint: true, AllowControl: allow})
			host, tasks := strings.TrimPrefix(w.srv.URL(), "http://"), engine.listener.Addr().String()
			for _, part := range w.ownPaths() {
				toTasks := slices.Contains(handlers.OfferedToTasks, part)
				if status, text := ask(t, host, part, nil); strings.Contains(text, notOffered) || status == http.StatusForbidden {
					t.Errorf("the host is answered %d %s at %s", status, text, part)
				}
				status, text := ask(t, tasks, part, nil)
				if refused := status == http.StatusNotFound && strings.Contains(text, part+" "+notOffered) && strings.Contains(text, "--allow-control"); refused == (toTasks || allow) {
					t.Errorf("tasks are answered %d %s at %s", status, text, part)
				}
				if status, text, err := engine.metadata.get(t.Context(), "172.31.0.9", "http://169.254.170.2"+part); err != nil || status != http.StatusNotFound && status != http.StatusBadRequest {
					t.Errorf("metadata has %s: %d %s %v", part, status, text, err)
				}
			}
			for _, api := range emulator.Services() {
				header := http.Header{"Authorization": {"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/" + api.Name + "/aws4_request, SignedHeaders=host, Signature=0"}}
				for _, address := range []string{host, tasks} {
					if status, text := ask(t, address, "/", header); strings.Contains(text, notOffered) || status == http.StatusForbidden {
						t.Errorf("%s answers %d %s", api.Name, status, text)
					}
				}
			}
		})
	}
}

// ownPaths are the paths of the endpoint that are no AWS API's, as the endpoint lists them: package handlers tests the proxy.
func (w *world) ownPaths() []string {
	w.Helper()
	_, text := ask(w.T, strings.TrimPrefix(w.srv.URL(), "http://"), "/_emulator/nowhere", nil)
	var refusal struct{ Error string }
	w.must(json.Unmarshal([]byte(text), &refusal))
	_, list, _ := strings.Cut(refusal.Error, "there are ")
	paths := []string{"/_localstack/health", "/metrics", "/ws"}
	for name := range strings.SplitSeq(strings.Replace(list, " and ", ", ", 1), ", ") {
		paths = append(paths, "/_emulator/"+name)
	}
	for _, known := range []string{
		"health", "clock", "overview", "tasks", "logs", "exec", "events", "activity", "loadbalancers", "deliveries", "scaling", "discovery", "faults", "load", "ca.pem", "reset",
	} {
		if !slices.Contains(paths, "/_emulator/"+known) {
			w.Errorf("the list of paths has no %s: %s", known, list)
		}
	}
	return paths
}

// TestTasksReachTheirSessionsAndNoOthers has a task open a session by the API. Then it tries the emulator's own
// paths, by which ecs-emulator exec runs programs and users control the emulator.
func TestTasksReachTheirSessionsAndNoOthers(t *testing.T) {
	t.Parallel()
	engine := newRelaying(t)
	w := start(t, emulator.Options{Backend: engine, InjectEndpoint: true})
	neighbour := w.execTask()
	tasks := engine.listener.Addr().String()
	config := w.srv.Config()
	config.BaseEndpoint = aws.String("http://" + tasks)
	out, err := ecs.NewFromConfig(config).ExecuteCommand(t.Context(), &ecs.ExecuteCommandInput{Task: &neighbour, Command: aws.String("echo hello"), Interactive: true})
	w.must(err)
	if channel := *out.Session.StreamUrl; !strings.HasPrefix(channel, "ws://"+tasks+"/") {
		t.Errorf("the task is told to connect to %s", channel)
	}
	if _, err := sessionclient.Dial(t.Context(), *out.Session.StreamUrl, *out.Session.TokenValue); err != nil {
		t.Errorf("the task does not reach its session: %v", err)
	}
	upgrade := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
	target := "/_emulator/exec?of=" + neighbour[strings.LastIndex(neighbour, "/")+1:]
	if status, text := ask(t, tasks, target, upgrade); status != http.StatusNotFound || !strings.Contains(text, notOffered) {
		t.Errorf("a program in another task: %d %s", status, text)
	}
	for path, body := range map[string]string{"clock": `{"advance":"1h"}`, "faults": `{"kind":"pull","image":"none/*"}`, "load": `{"service":"api","cpu":3}`, "reset": "", "health/../reset": "", "%72eset": ""} {
		answer, err := http.Post("http://"+tasks+"/_emulator/"+path, "application/json", strings.NewReader(body))
		w.must(err)
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusNotFound || !strings.Contains(string(text), notOffered) {
			t.Errorf("POST %s: %d %s", path, answer.StatusCode, text)
		}
	}
	if status := *w.task(neighbour).LastStatus; status != "RUNNING" {
		t.Errorf("the neighbour is %s", status)
	}
}

// TestTasksAreRecognizedAtTheListenerOfTheHost has requests come from the address of a task, as they do where
// the host's listener is at an address that tasks reach, such as in a compose project.
func TestTasksAreRecognizedAtTheListenerOfTheHost(t *testing.T) {
	t.Parallel()
	for name, allow := range map[string]bool{"tasks have what they may": false, "tasks have all": true} {
		t.Run(name, func(t *testing.T) {
			w := start(t, emulator.Options{AllowControl: allow})
			id := w.runTask(w.register("web", "app"))
			w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
			for from, refused := range map[string]bool{w.address(id): !allow, "172.31.200.9": false, "127.0.0.1": false} {
				if got := w.refusedAt(from); got != refused {
					t.Errorf("%s is refused: %t", from, got)
				}
			}
		})
	}
}

// ask sends a GET.
func ask(t *testing.T, address, target string, header http.Header) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1000))
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// TestLoadBalancersAreOfferedNoMoreThanTasks: by a target group a task has one send requests to the emulator itself.
func TestLoadBalancersAreOfferedNoMoreThanTasks(t *testing.T) {
	t.Parallel()
	b := start(t, emulator.Options{}).withLoadBalancer(80)
	found, err := ec2.NewFromConfig(b.srv.Config()).DescribeNetworkInterfaces(t.Context(), &ec2.DescribeNetworkInterfacesInput{})
	b.must(err)
	if len(found.NetworkInterfaces) == 0 {
		t.Fatal("the load balancer has no network interface")
	}
	for _, i := range found.NetworkInterfaces {
		if !b.refusedAt(*i.PrivateIpAddress) {
			t.Errorf("%s, of %s, is offered all", *i.PrivateIpAddress, aws.ToString(i.Description))
		}
	}
}

// unlisted is an engine that may tell of none of its containers.
type unlisted struct {
	backend.Engine
	hangs atomic.Bool
}

func (u *unlisted) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	if u.hangs.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return u.Engine.List(ctx, labels)
}

// TestTasksOfAFormerRunAreRecognized before the engine has told of them.
func TestTasksOfAFormerRunAreRecognized(t *testing.T) {
	t.Parallel()
	engine := &unlisted{Engine: sim.New(sim.Options{})}
	opts := emulator.Options{Backend: engine, DataDir: t.TempDir(), OnExit: emulator.Keep}
	first := start(t, opts)
	id := first.runTask(first.register("web", "app"))
	first.eventually("it runs", func() bool { return *first.task(id).LastStatus == "RUNNING" })
	address := first.address(id)
	first.must(first.srv.Close())
	engine.hangs.Store(true)
	if second := start(t, opts); !second.refusedAt(address) {
		t.Error("it is offered all")
	}
}

// refusedAt reports whether what comes from an address to the listener of the host is not offered what tasks are not.
func (w *world) refusedAt(from string) bool {
	r := httptest.NewRequestWithContext(w.Context(), http.MethodGet, "/_emulator/clock", nil)
	r.RemoteAddr = net.JoinHostPort(from, "50000")
	answer := httptest.NewRecorder()
	w.srv.Handler().ServeHTTP(answer, r)
	return answer.Code == http.StatusNotFound && strings.Contains(answer.Body.String(), notOffered)
}
