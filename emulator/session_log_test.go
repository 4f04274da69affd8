package emulator_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// loggedTask runs a task with ECS Exec, whose container has a log group shop or none.
func (w *world) loggedTask(group string) (taskARN string) {
	w.Helper()
	container := types.ContainerDefinition{Name: aws.String("app"), Image: aws.String("app"), Command: []string{"sleep", "86400"}}
	if group != "" {
		container.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
			"awslogs-group": group, "awslogs-region": "us-west-2", "awslogs-stream-prefix": "p", "awslogs-create-group": "true",
		}}
	}
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("shell"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		TaskRoleArn: aws.String("arn:aws:iam::000000000000:role/app"), ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/executes"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate}, ContainerDefinitions: []types.ContainerDefinition{container},
	})
	w.must(err)
	ran, err := w.client.RunTask(w.Context(), &ecs.RunTaskInput{
		TaskDefinition: out.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), EnableExecuteCommand: true,
	})
	w.must(err)
	taskARN = *ran.Tasks[0].TaskArn
	w.untilAgentRuns(taskARN)
	return taskARN
}

// logSessions configures the default cluster.
func (w *world) logSessions(logging types.ExecuteCommandLogging, to *types.ExecuteCommandLogConfiguration) {
	w.Helper()
	_, err := w.client.UpdateCluster(w.Context(), &ecs.UpdateClusterInput{Cluster: aws.String("default"), Configuration: &types.ClusterConfiguration{
		ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{Logging: logging, LogConfiguration: to, KmsKeyId: aws.String("k")},
	}})
	w.must(err)
}

// echo has a session print a line and end, and returns the session's id.
func (w *world) echo(taskARN, line string) string {
	w.Helper()
	term, out := w.execute(taskARN, "echo "+line)
	term.ends("")
	return *out.Session.SessionId
}

// logged are the events of a stream, but for the first and the last line of a log; nil if there is no stream.
func (w *world) logged(region, group, stream string) (lines []string) {
	w.Helper()
	client := cloudwatchlogs.NewFromConfig(w.srv.Config(), func(o *cloudwatchlogs.Options) { o.Region = region })
	out, err := client.GetLogEvents(w.Context(), &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: &stream, StartFromHead: aws.Bool(true)})
	if err != nil || len(out.Events) == 0 {
		return nil
	}
	for _, e := range out.Events {
		lines = append(lines, *e.Message)
	}
	if !strings.HasPrefix(lines[0], "Script started on ") || !strings.HasPrefix(lines[len(lines)-1], "Script done on ") {
		w.Errorf("the log is %q", lines)
	}
	return lines[1 : len(lines)-1]
}

func (w *world) makeGroup(name string) {
	w.Helper()
	_, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).CreateLogGroup(w.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name})
	w.must(err)
}

// streams are the names of all streams of a group.
func (w *world) streams(region, group string) (names []string) {
	w.Helper()
	client := cloudwatchlogs.NewFromConfig(w.srv.Config(), func(o *cloudwatchlogs.Options) { o.Region = region })
	out, err := client.DescribeLogStreams(w.Context(), &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &group})
	w.must(err)
	for _, s := range out.LogStreams {
		names = append(names, *s.LogStreamName)
	}
	return names
}

// saidLog is an emulator's log, which goroutines write.
type saidLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *saidLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// unlogged counts the warnings of sessions that could not be logged.
func (l *saidLog) unlogged() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), "cannot log a session")
}

func (l *saidLog) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// TestSessionsAreLoggedAsTheClusterSays: as it says at the call, which what it says later does not change.
func TestSessionsAreLoggedAsTheClusterSays(t *testing.T) {
	t.Parallel()
	w := start(t)
	task := w.loggedTask("shop")
	byDefault := w.echo(task, "one")
	w.eventually("without a configuration it is the container's group", func() bool {
		return slices.Equal(w.logged("us-west-2", "shop", byDefault), []string{"one"})
	})
	w.logSessions(types.ExecuteCommandLoggingNone, nil)
	none := w.echo(task, "two")
	w.logSessions(types.ExecuteCommandLoggingDefault, nil)
	term, out := w.execute(task, "sh")
	w.makeGroup("audit")
	w.logSessions(types.ExecuteCommandLoggingOverride, &types.ExecuteCommandLogConfiguration{CloudWatchLogGroupName: aws.String("audit"), CloudWatchEncryptionEnabled: true})
	override := w.echo(task, "three")
	w.eventually("the group of the cluster has it", func() bool { return slices.Equal(w.logged("us-east-1", "audit", override), []string{"three"}) })
	if got := w.streams("us-east-1", "audit"); !slices.Equal(got, []string{override}) {
		t.Errorf("the group has %v", got)
	}
	// As the agent on AWS does, at the end and not before.
	if got := w.streams("us-west-2", "shop"); slices.Contains(got, *out.Session.SessionId) {
		t.Errorf("before the end there is %v", got)
	}
	_, err := ssm.NewFromConfig(w.srv.Config()).TerminateSession(t.Context(), &ssm.TerminateSessionInput{SessionId: out.Session.SessionId})
	w.must(err)
	term.ends("")
	w.eventually("the shell is logged where its call was", func() bool {
		return slices.Contains(w.streams("us-west-2", "shop"), *out.Session.SessionId)
	})
	if got := w.streams("us-west-2", "shop"); slices.Contains(got, none) || slices.Contains(got, override) {
		t.Errorf("the container's group has %v", got)
	}
	if status := *w.task(task).LastStatus; status != "RUNNING" {
		t.Errorf("the task is %s", status)
	}
}

// TestOnlySessionsOfECSExecAreLogged: others follow preferences of Session Manager, which are not here.
func TestOnlySessionsOfECSExecAreLogged(t *testing.T) {
	t.Parallel()
	w := start(t)
	task := w.loggedTask("shop")
	api := ssm.NewFromConfig(w.srv.Config())
	target := "ecs:default_" + task[strings.LastIndex(task, "/")+1:] + "_" + *w.task(task).Containers[0].RuntimeId
	out, err := api.StartSession(t.Context(), &ssm.StartSessionInput{Target: &target})
	w.must(err)
	term := w.shakeHands(*out.StreamUrl, *out.TokenValue)
	_, err = api.TerminateSession(t.Context(), &ssm.TerminateSessionInput{SessionId: out.SessionId})
	w.must(err)
	term.ends("")
	// A session that starts after it is over is logged after it would have been.
	after := w.echo(task, "one")
	w.eventually("the next one is logged", func() bool { return w.logged("us-west-2", "shop", after) != nil })
	if got := w.streams("us-west-2", "shop"); slices.Contains(got, *out.SessionId) {
		t.Errorf("there is %v", got)
	}
}

// bucketDir is a folder with a bucket.
func bucketDir(t *testing.T, bucket string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, bucket), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// bucketServer is an upstream with S3's buckets.
type bucketServer struct {
	mu      sync.Mutex
	objects map[string]string
}

func (b *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Method != http.MethodPut || !strings.HasPrefix(r.URL.Path, "/there/") {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	body, _ := io.ReadAll(r.Body)
	b.objects[r.URL.Path] = string(body)
}

func (b *bucketServer) object(name string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.objects[name]
}

func TestSessionsAreLoggedInBuckets(t *testing.T) {
	t.Parallel()
	dir := bucketDir(t, "here")
	buckets := &bucketServer{objects: map[string]string{}}
	server := httptest.NewServer(buckets)
	defer server.Close()
	var said saidLog
	w := start(t, emulator.Options{S3Dir: dir, Upstream: server.URL, Log: said.logger()})
	task := w.loggedTask("shop")
	w.logSessions(types.ExecuteCommandLoggingOverride, &types.ExecuteCommandLogConfiguration{S3BucketName: aws.String("here"), S3KeyPrefix: aws.String("a/b"), S3EncryptionEnabled: true})
	session := w.echo(task, "one")
	w.eventually("the file is there", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "here", "a", "b", session+".log"))
		return err == nil && strings.HasPrefix(string(text), "Script started on ") && strings.Contains(string(text), "]\none")
	})
	w.logSessions(types.ExecuteCommandLoggingOverride, &types.ExecuteCommandLogConfiguration{S3BucketName: aws.String("there")})
	session = w.echo(task, "two")
	w.eventually("the upstream has it", func() bool { return strings.Contains(buckets.object("/there/"+session+".log"), "]\ntwo") })
	if n := said.unlogged(); n > 0 {
		t.Errorf("%d sessions are not logged", n)
	}
	w.makeGroup("audit")
	w.logSessions(types.ExecuteCommandLoggingOverride, &types.ExecuteCommandLogConfiguration{S3BucketName: aws.String("gone"), CloudWatchLogGroupName: aws.String("audit")})
	session = w.echo(task, "three")
	w.eventually("a bucket that is not there is a warning", func() bool { return said.unlogged() == 1 })
	if got := w.logged("us-east-1", "audit", session); !slices.Equal(got, []string{"three"}) {
		t.Errorf("the group has %q", got)
	}
	if status := *w.task(task).LastStatus; status != "RUNNING" || len(buckets.objects) != 1 {
		t.Errorf("the task is %s, the upstream has %q", status, buckets.objects)
	}
}

// TestSessionsAreLoggedAtTheUpstream, which has CloudWatch Logs.
func TestSessionsAreLoggedAtTheUpstream(t *testing.T) {
	t.Parallel()
	up := start(t)
	var said saidLog
	w := start(t, emulator.Options{Upstream: up.srv.URL(), UpstreamFor: []string{"logs"}, Log: said.logger()})
	task := w.loggedTask("shop")
	session := w.echo(task, "one")
	up.eventually("it has it", func() bool { return slices.Equal(up.logged("us-west-2", "shop", session), []string{"one"}) })
	w.logSessions(types.ExecuteCommandLoggingOverride, &types.ExecuteCommandLogConfiguration{CloudWatchLogGroupName: aws.String("missing")})
	w.echo(task, "two")
	w.eventually("a group that is not there is a warning", func() bool { return said.unlogged() == 1 })
}

// TestLogsOfSessionsAreAskedFor as the principal who writes the container's log.
func TestLogsOfSessionsAreAskedFor(t *testing.T) {
	t.Parallel()
	dir := bucketDir(t, "b")
	var p police
	var said saidLog
	w := start(t, emulator.WithAuthorizer(emulator.Options{S3Dir: dir, Log: said.logger()}, apitest.Each(p.decide)))
	task := w.loggedTask("")
	w.makeGroup("audit")
	w.logSessions(types.ExecuteCommandLoggingOverride, &types.ExecuteCommandLogConfiguration{CloudWatchLogGroupName: aws.String("audit"), S3BucketName: aws.String("b")})
	session := w.echo(task, "one")
	file := filepath.Join(dir, "b", session+".log")
	w.eventually("it is logged", func() bool { _, err := os.Stat(file); return err == nil })
	group := "arn:aws:logs:us-east-1:000000000000:log-group:audit"
	p.wasAsked(t, "root ecs:ExecuteCommand "+task, "executes logs:CreateLogStream "+group, "executes logs:PutLogEvents "+group+":log-stream:"+session,
		"executes s3:PutObject arn:aws:s3:::b/"+session+".log")
	p.deny("logs:PutLogEvents")
	w.echo(task, "two")
	w.eventually("what is denied is a warning", func() bool { return said.unlogged() == 1 })
	if status := *w.task(task).LastStatus; status != "RUNNING" {
		t.Errorf("the task is %s", status)
	}
}

// TestSessionsAreLoggedWhenTheEmulatorEnds.
func TestSessionsAreLoggedWhenTheEmulatorEnds(t *testing.T) {
	opts := emulator.Options{Engine: "sim", DataDir: t.TempDir()}
	w := open(t, opts)
	task := w.loggedTask("shop")
	term, out := w.execute(task, `sh -c "echo before; sleep 86400"`)
	term.shows("before")
	w.close()
	w = open(t, opts)
	if got := w.logged("us-west-2", "shop", *out.Session.SessionId); !slices.Equal(got, []string{"before"}) {
		t.Errorf("it is logged as %q", got)
	}
}
