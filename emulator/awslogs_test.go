package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// tail follows a log group as `aws logs tail --follow` does: it asks from the time of the newest
// event on, and leaves out what it has seen of that time.
type tail struct {
	client *cloudwatchlogs.Client
	since  int64
	seen   map[string]bool
	lines  map[string][]string // by stream
}

func (f *tail) look(w *world) {
	w.Helper()
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(f.client, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("shop"), StartTime: &f.since})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.Context())
		w.must(err)
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
	}
}

// TestOutputOfAServiceIsFollowed while it is deployed again.
func TestOutputOfAServiceIsFollowed(t *testing.T) {
	w := start(t, emulator.Options{})
	f := &tail{client: cloudwatchlogs.NewFromConfig(w.srv.Config()), seen: map[string]bool{}, lines: map[string][]string{}}
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
	streams := func(prefix string) (n, lines int) {
		for name, all := range f.lines {
			if strings.HasPrefix(name, prefix+"/app/") {
				n, lines = n+1, lines+len(all)
			}
		}
		return n, lines
	}
	advance := func() {
		w.must(w.srv.Clock().Advance(time.Second))
		f.look(w)
	}
	for range 5 {
		advance()
	}
	if n, lines := streams("first"); n != 2 || lines < 8 {
		t.Fatalf("%d streams with %d lines after 5 s", n, lines)
	}
	_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: revision("second")})
	w.must(err)
	for range 60 {
		advance()
	}
	if n, lines := streams("second"); n != 2 || lines != 2*41 {
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
