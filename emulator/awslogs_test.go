package emulator_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// tail follows a log group as `aws logs tail --follow` does: it asks from the time of the newest
// event on, and leaves out what it has seen of that time.
type tail struct {
	client *cloudwatchlogs.Client
	since  int64
	seen   map[string]bool

	mu    sync.Mutex
	lines map[string][]string // by stream
}

func newTail(w *world) *tail {
	return &tail{client: cloudwatchlogs.NewFromConfig(w.srv.Config()), seen: map[string]bool{}, lines: map[string][]string{}}
}

func (f *tail) look(ctx context.Context) error {
	from := f.since
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(f.client, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("shop"), StartTime: &from})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		f.mu.Lock()
		for _, e := range page.Events {
			if f.seen[*e.EventId] {
				continue
			}
			if *e.Timestamp > f.since {
				f.since, f.seen = *e.Timestamp, map[string]bool{}
			}
			f.seen[*e.EventId] = true
			f.lines[*e.LogStreamName] = append(f.lines[*e.LogStreamName], *e.Message)
		}
		f.mu.Unlock()
	}
	return nil
}

// follow looks again and again until ctx ends, also when no emulator answers.
func (f *tail) follow(ctx context.Context) {
	for ctx.Err() == nil {
		if err := f.look(ctx); err != nil {
			runtime.Gosched()
		}
	}
}

// streams counts what has been followed of the streams with a prefix.
func (f *tail) streams(prefix string) (n, lines int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, all := range f.lines {
		if strings.HasPrefix(name, prefix+"/") {
			n, lines = n+1, lines+len(all)
		}
	}
	return n, lines
}

// compare says what in the group has not been followed, once and in order.
func (f *tail) compare(w *world) error {
	for pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(f.client, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String("shop")}); pages.HasMorePages(); {
		page, err := pages.NextPage(w.Context())
		w.must(err)
		for _, stream := range page.LogStreams {
			all := f.read(w, *stream.LogStreamName)
			f.mu.Lock()
			followed := f.lines[*stream.LogStreamName]
			f.mu.Unlock()
			if !slices.Equal(followed, all) {
				return fmt.Errorf("of %d events of %s, %d were followed", len(all), *stream.LogStreamName, len(followed))
			}
		}
	}
	return nil
}

// read reads a stream, the lines of which have numbers.
func (f *tail) read(w *world, stream string) (all []string) {
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("shop"), LogStreamName: &stream, StartFromHead: aws.Bool(true)}
	untilTheEnd := func(o *cloudwatchlogs.GetLogEventsPaginatorOptions) { o.StopOnDuplicateToken = true }
	n := 0
	for events := cloudwatchlogs.NewGetLogEventsPaginator(f.client, in, untilTheEnd); events.HasMorePages(); {
		page, err := events.NextPage(w.Context())
		w.must(err)
		for _, e := range page.Events {
			all = append(all, *e.Message)
			for line := range strings.Lines(*e.Message) {
				if n++; strings.TrimSuffix(line, "\n") != fmt.Sprint("line ", n) {
					w.Fatalf("%s has %q where line %d should be", stream, line, n)
				}
			}
		}
	}
	return all
}

// register registers a definition of two containers. Events of "app" have five lines each.
func (f *tail) register(w *world, command []string, prefix string) string {
	w.Helper()
	container := func(name string, more ...string) types.ContainerDefinition {
		options := map[string]string{"awslogs-group": "shop", "awslogs-region": "us-east-1", "awslogs-stream-prefix": prefix}
		for _, pattern := range more {
			options["awslogs-multiline-pattern"] = pattern
		}
		return types.ContainerDefinition{
			Name: &name, Image: aws.String("app"), Command: command, StopTimeout: aws.Int32(2),
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: options},
		}
	}
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ExecutionRoleArn:     aws.String("arn:aws:iam::000000000000:role/execution"),
		ContainerDefinitions: []types.ContainerDefinition{container("app", "[16]$"), container("log")},
	})
	w.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

// A service is deployed again while a client follows its group, and the emulator ends and starts
// again: nothing is lost, and nothing comes twice.
func TestOutputIsFollowedAcrossADeploymentAndARestart(t *testing.T) {
	t.Parallel()
	script := "echo line 1"
	for i := range 900 { // a definition has room for that
		script += fmt.Sprintf("; sleep 0.1; echo line %d", i+2)
	}
	command := []string{"sh", "-c", script}
	opts := emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	w := &world{t, first, ecs.NewFromConfig(first.Config())}
	f := newTail(w)
	_, err = f.client.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("shop")})
	w.must(err)
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { f.follow(ctx) })
	defer following.Wait()
	defer cancel()
	followed := func(what, prefix string, streams, lines int) {
		t.Helper()
		w.eventually(what, func() bool {
			n, count := f.streams(prefix)
			return n >= streams && count >= lines
		})
	}

	w.createService("web", f.register(w, command, "first"), 2)
	followed("the first revision is followed", "first", 4, 100)
	second := f.register(w, command, "second")
	_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: &second})
	w.must(err)
	followed("the second revision is followed", "second", 4, 100)

	w.must(first.Close())
	opts.Listen, opts.OnExit = strings.TrimPrefix(first.URL(), "http://"), emulator.Remove
	again := start(t, opts)
	again.T, w = t, again
	_, before := f.streams("second")
	followed("it is followed after the restart", "second", 4, before+200)
	_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(0)})
	w.must(err)
	w.eventually("all tasks have stopped", func() bool {
		out, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{DesiredStatus: types.DesiredStatusRunning})
		w.must(err)
		service := w.service("web")
		return len(out.TaskArns) == 0 && service.RunningCount == 0
	})
	var wrong error
	defer func() {
		if wrong != nil {
			t.Error(wrong)
		}
	}()
	w.eventually("all is followed", func() bool {
		wrong = f.compare(w)
		return wrong == nil
	})
}

// TestOutputOfAServiceIsFollowed while it is deployed again.
func TestOutputOfAServiceIsFollowed(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{})
	f := newTail(w)
	_, err := f.client.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("shop")})
	w.must(err)
	revision := func(prefix string) *string {
		out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: aws.String("app"),
				Command: []string{"sh", "-c", "echo 0" + strings.Repeat("; sleep 1; echo tick", 40) + "; sleep 3600"},
				LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
					"awslogs-group": "shop", "awslogs-region": "us-east-1", "awslogs-stream-prefix": prefix,
				}},
			}},
		})
		w.must(err)
		return out.TaskDefinition.TaskDefinitionArn
	}
	_, err = w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: revision("first"), DesiredCount: aws.Int32(2), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	w.must(err)
	advance := func() {
		w.must(w.srv.Clock().Advance(time.Second))
		w.must(f.look(t.Context()))
	}
	for range 5 {
		advance()
	}
	if n, lines := f.streams("first"); n != 2 || lines < 8 {
		t.Fatalf("%d streams with %d lines after 5 s", n, lines)
	}
	_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: revision("second")})
	w.must(err)
	for range 60 {
		advance()
	}
	if n, lines := f.streams("second"); n != 2 || lines != 2*41 {
		t.Errorf("%d streams of the second revision with %d lines; want 2 with 82", n, lines)
	}
	for name, lines := range f.lines {
		all, err := f.client.GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("shop"), LogStreamName: &name, StartFromHead: aws.Bool(true)})
		w.must(err)
		if len(all.Events) != len(lines) {
			t.Errorf("%d of %d lines of %s were followed", len(lines), len(all.Events), name)
		}
	}
}
