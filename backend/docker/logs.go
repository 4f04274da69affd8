package docker

import (
	"context"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/loglines"
)

// Logs implements backend.Engine.
func (e *Engine) Logs(ctx context.Context, id string, opts backend.LogOptions) error {
	found, err := e.containers.Inspect(ctx, id)
	if err != nil {
		return dockerapi.Classify(err)
	}
	tail := "all"
	if opts.Tail != 0 {
		tail = strconv.Itoa(max(0, opts.Tail))
	}
	since := ""
	if !opts.Since.IsZero() {
		since = dockerapi.FormatTime(opts.Since)
	}
	write, balances := opts.Write, slices.Equal(found.Config.Entrypoint, []string{containers.BalancerPath})
	if balances { // its standard output is its answers to who is connected
		write = func(at time.Time, _ bool, line string) error { return opts.Write(at, false, line) }
	}
	stream, err := e.client.ContainerLogs(ctx, id, client.ContainerLogsOptions{
		ShowStdout: !balances, ShowStderr: true, Timestamps: true,
		Follow: opts.Follow, Since: since, Tail: tail,
	})
	if err != nil {
		return dockerapi.Classify(err)
	}
	defer func() { _ = stream.Close() }()
	failed, err := loglines.Copy(stream, found.Config.Tty, write, loglines.Options{Follows: opts.Follow, SetBack: func(by time.Duration) {
		e.log.Warn("lines of a container are older than earlier ones, because the engine's clock was set back: some may be lost", "container", id, "by", by)
	}})
	switch {
	case failed != nil:
		return failed
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return dockerapi.Classify(err)
	}
	return nil
}

// CopyLines passes on the lines of a log as the engine sends them: with their times, and unless
// they are a terminal's, in frames. failed is the error of write, err that of the stream.
func CopyLines(stream io.Reader, terminal bool, write func(at time.Time, stderr bool, line string) error) (failed, err error) {
	return loglines.Copy(stream, terminal, write, loglines.Options{})
}
