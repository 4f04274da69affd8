package agent

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs/awslogstest"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// withSilentLogs is a story with CloudWatch Logs that answers an error to who asks for a stream.
func withSilentLogs(t *testing.T, err error, story func(b *bench, logs *awslogstest.Logs, said *bytes.Buffer)) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		var said bytes.Buffer
		b.stop()
		b.agent = New(Options{Store: b.store, Clock: b.clock, Log: slog.New(slog.NewTextHandler(&said, nil)), Hosts: []HostOptions{{Engine: b.engine}}, LogSink: logs})
		b.runAgent(b.agent)
		logs.Silence(err)
		story(b, logs, &said)
	})
}

// TestLogsThatDoNotAnswer: a task that gets no log ends after half a minute, and says why.
func TestLogsThatDoNotAnswer(t *testing.T) {
	away := &apiclient.Error{Service: "CloudWatch Logs", Operation: "CreateLogStream", Status: 502, Code: "UpstreamUnavailableException", Message: "away"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{away, "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. " +
			"There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed"},
		{awslogstest.ErrDiskFull, "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: no space left on device : exit status 1"},
	} {
		withSilentLogs(t, c.err, func(b *bench, _ *awslogstest.Logs, said *bytes.Buffer) {
			id := b.run(logged(container("web")))
			time.Sleep(logTimeout / 2)
			synctest.Wait()
			b.expect("while it waits", b.task(id).Status.LastStatus, state.Pending)
			time.Sleep(logTimeout)
			synctest.Wait()
			b.expect("its end", b.task(id).Stop.Code, types.TaskStopCodeTaskFailedToStart)
			b.expect("stoppedReason", b.task(id).Stop.Reason, c.want)
			b.expect("warnings", strings.Count(said.String(), "cannot make a log stream;"), 1) // not one each second
		})
	}
}

func TestLogsThatDoNotAnswerAContainerInstance(t *testing.T) {
	withSilentLogs(t, errors.New("connection refused"), func(b *bench, _ *awslogstest.Logs, _ *bytes.Buffer) {
		id := b.runAt(b.instance(), types.NetworkModeBridge, logged(container("web")))
		time.Sleep(2 * logTimeout)
		synctest.Wait()
		b.expect("stoppedReason", b.task(id).Stop.Reason, "Task failed to start")
		b.expect("reason", b.task(id).Status.Containers[0].Reason, "CannotStartContainerError: Error response from daemon: "+
			"failed to initialize logging driver: failed to create Cloudwatch log stream: connection refused")
	})
}

// TestLogsThatAnswerLate: a task starts when its stream can be made after some seconds.
func TestLogsThatAnswerLate(t *testing.T) {
	withSilentLogs(t, awslogstest.ErrDiskFull, func(b *bench, logs *awslogstest.Logs, _ *bytes.Buffer) {
		id := b.run(logged(container("web", "sleep", "3600")))
		time.Sleep(logTimeout / 2)
		logs.Silence(nil)
		time.Sleep(2 * enginecall.RetryPause)
		synctest.Wait()
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Running)
	})
}

func TestRegionsOfLogs(t *testing.T) {
	withLogs(t, func(b *bench, _ *awslogstest.Logs) {
		for _, region := range []string{"eu-west-1", "us-gov-east-1", "ap-southeast-5", "mx-central-1", "eusc-de-east-1", "cn-northwest-1"} {
			id := b.run(logged(container("web", "sleep", "3600"), "awslogs-region="+region))
			b.expect(region, b.task(id).Status.LastStatus, state.Running)
		}
		const host = `Post "https://logs.us-esat-1.amazonaws.com/": dial tcp: lookup logs.us-esat-1.amazonaws.com: no such host`
		id := b.run(logged(container("web"), "awslogs-region=us-esat-1"))
		b.expect("stoppedReason", b.task(id).Stop.Reason, "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "+
			"failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 0, RequestID: , request send failed, "+host+" : exit status 1")
		id = b.runAt(b.instance(), types.NetworkModeBridge, logged(container("web"), "awslogs-region=us-esat-1"))
		b.expect("reason", b.task(id).Status.Containers[0].Reason, "CannotStartContainerError: Error response from daemon: "+
			"failed to initialize logging driver: failed to create Cloudwatch log stream: RequestError: send request failed\ncaused by: "+host)
	})
}
