package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// registerLogging registers a definition whose output goes to the group shop.
func (w *world) registerLogging(createGroup, command string) string {
	w.Helper()
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), Command: []string{"sh", "-c", command},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": "shop", "awslogs-region": "us-west-2", "awslogs-stream-prefix": "ecs", "awslogs-create-group": createGroup,
			}},
		}},
	})
	w.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

// shopLines returns the lines of all streams of the group shop.
func (w *world) shopLines() (lines []string) {
	w.Helper()
	client := cloudwatchlogs.NewFromConfig(w.srv.Config(), func(o *cloudwatchlogs.Options) { o.Region = "us-west-2" })
	out, err := client.FilterLogEvents(w.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("shop")})
	if err != nil {
		return nil // it is not there yet
	}
	for _, e := range out.Events {
		lines = append(lines, *e.Message)
	}
	return lines
}

// The engine lives by a clock of its own, as Docker does.
func TestOutputGoesToTheUpstream(t *testing.T) {
	t.Parallel()
	up := start(t)
	opts := emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep, Upstream: up.srv.URL(), UpstreamFor: []string{"logs"},
	}
	w := open(t, opts)
	task := w.runTask(w.registerLogging("true", "echo one; sleep 1; echo two; sleep 1; echo three; sleep 3600"))
	w.eventually("the first line is there", func() bool { return len(up.shopLines()) > 0 })
	if got := w.shopLines(); len(got) == 0 || got[0] != "one" {
		t.Errorf("who asks the emulator is told %q", got)
	}
	w.srv.Die()
	w = open(t, opts)
	w.eventually("a crash loses nothing", func() bool { return slices.Contains(up.shopLines(), "two") })
	w.close()
	w = open(t, opts)
	w.eventually("nor does an end, and nothing is there twice", func() bool { return slices.Equal(up.shopLines(), []string{"one", "two", "three"}) })
	if status := *w.task(task).LastStatus; status != "RUNNING" {
		t.Errorf("the task is %s", status)
	}
}

func TestATaskWhoseGroupTheUpstreamHasNot(t *testing.T) {
	t.Parallel()
	up := start(t)
	var reasons []string
	for _, w := range []*world{start(t), start(t, emulator.Options{Upstream: up.srv.URL(), UpstreamFor: []string{"logs"}})} {
		id := w.runTask(w.registerLogging("false", "echo one"))
		w.eventually("it ends", func() bool { return *w.task(id).LastStatus == "STOPPED" })
		task := w.task(id)
		before, after, _ := strings.Cut(aws.ToString(task.StoppedReason), "RequestID: ")
		_, after, _ = strings.Cut(after, ",")
		reasons = append(reasons, string(task.StopCode)+" "+before+after)
	}
	if reasons[0] != reasons[1] || !strings.HasPrefix(reasons[1], "TaskFailedToStart ResourceInitializationError: failed to validate logger args") {
		t.Errorf("here: %s\nthere: %s", reasons[0], reasons[1])
	}
}

// door is a way to an upstream that is closed until it is opened. knocked tells that an operation of CloudWatch
// Logs has found it so: other requests, as the one that asks for the account, come beside those at any time.
type door struct {
	behind    http.Handler
	operation string
	open      atomic.Bool
	knocked   chan struct{}
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d.open.Load() {
		d.behind.ServeHTTP(w, r)
		return
	}
	if r.Header.Get("X-Amz-Target") == "Logs_20140328."+d.operation {
		select {
		case d.knocked <- struct{}{}:
		default:
		}
	}
	w.WriteHeader(http.StatusServiceUnavailable)
}

func newDoor(t *testing.T, to *emulator.Server, operation string) (d *door, address string) {
	t.Helper()
	d = &door{behind: to.Handler(), operation: operation, knocked: make(chan struct{}, 1)}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return d, server.URL
}

// A task waits for an upstream that is away.
func TestATaskWaitsForTheLogsOfTheUpstream(t *testing.T) {
	t.Parallel()
	up := start(t)
	d, address := newDoor(t, up.srv, "CreateLogStream")
	w := start(t, emulator.Options{Upstream: address, UpstreamFor: []string{"logs"}})
	id := w.runTask(w.registerLogging("true", "echo one; sleep 3600"))
	<-d.knocked
	if status := *w.task(id).LastStatus; status != "PENDING" && status != "PROVISIONING" {
		t.Errorf("the task is %s", status)
	}
	d.open.Store(true)
	w.eventually("its line is there", func() bool { return slices.Equal(up.shopLines(), []string{"one"}) })
}

// What is removed with the emulator has its output there before.
func TestLastOutputGoesToTheUpstream(t *testing.T) {
	t.Parallel()
	up := start(t)
	d, address := newDoor(t, up.srv, "PutLogEvents")
	d.open.Store(true)
	w := open(t, emulator.Options{Backend: sim.New(sim.Options{}), Upstream: address, UpstreamFor: []string{"logs"}})
	task := w.runTask(w.registerLogging("true", "sleep 1; echo one; sleep 3600"))
	w.eventually("it runs", func() bool { return *w.task(task).LastStatus == "RUNNING" })
	d.open.Store(false)
	<-d.knocked
	d.open.Store(true)
	w.close()
	if got := up.shopLines(); !slices.Equal(got, []string{"one"}) {
		t.Errorf("there is %q", got)
	}
}
