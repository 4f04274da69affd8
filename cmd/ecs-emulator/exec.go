package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/coder/websocket"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/execframe"
)

// noSession is the exit code if there is no session, or it breaks: the one of ssh, which commands seldom
// have.
const noSession = 255

var execCommand = subcommand{
	name:    "exec",
	summary: "run a command, or a shell, in a container with ECS Exec",
	examples: []example{
		{"ecs-emulator exec web", "a shell"},
		{"ecs-emulator exec 8615d354 nginx -- nginx -s reload", "in one container of a task"},
		{"ecs-emulator exec db -- pg_dump shop > shop.sql", "the output in a file"},
	},
	arguments: []argument{
		{name: "service or task", about: "id or ARN of a task, id of a container, or name or ARN of a service that runs one task"},
		{name: "container", about: "name of the container, if the task has several", optional: true},
		{name: "command", about: "the program and its arguments, which no shell reads (default: sh). The exit code is its own, " +
			"or 255 if there is no session or it breaks", optional: true, repeated: true, dashed: true},
	},
	declare: declareExec,
}

// declareExec runs a command in a container.
func declareExec(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	cluster := flags.String("cluster", "", "`cluster` of the service, if several have one of that name")
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		names, command, err := divide(args, flags.dashes)
		if err != nil {
			return err
		}
		s := &execSession{stdin: os.Stdin, stdout: stdout, stderr: stderr, room: make(chan struct{}, execframe.Window)}
		query := url.Values{"of": {names[0]}, "container": {names[1]}, "cluster": {*cluster}}
		ctx, stop := untilSignal(ctx)
		defer stop()
		status, err := s.run(ctx, *endpoint, query, command)
		var wrong usageError
		switch ended := (signalError{}); {
		case errors.As(context.Cause(ctx), &ended):
			return exitError{code: 128 + int(ended.by)}
		case errors.As(err, &wrong):
			return err
		case err != nil && status.Code == 0:
			return exitError{noSession, err}
		case err != nil || status.Code != 0:
			return exitError{status.Code, err}
		}
		return nil
	}
}

// shell is what runs where no command is given, as the agent of AWS has it.
const shell = "sh"

// divide tells the names of the service or task and of the container from the command, which stands behind two
// dashes.
func divide(args []string, dashes int) (names [2]string, command []string, err error) {
	before := args
	if dashes >= 0 {
		before, command = args[:dashes], args[dashes:]
	}
	switch {
	case len(before) == 0 || before[0] == "":
		return names, nil, usageError{errors.New("<service or task> is missing before the two dashes")}
	case len(before) > len(names) && dashes < 0:
		return names, nil, usageError{fmt.Errorf("unexpected argument %q: the command stands behind two dashes, as in ecs-emulator exec web -- ls -l", before[2])}
	case len(before) > len(names):
		return names, nil, usageError{fmt.Errorf("unexpected argument %q", before[2])}
	}
	copy(names[:], before)
	if len(command) == 0 || len(command) == 1 && command[0] == "" {
		command = []string{shell}
	}
	return names, command, nil
}

// signalError is what ends a session that the user's machine ends.
type signalError struct{ by syscall.Signal }

func (e signalError) Error() string { return e.by.String() }

// untilSignal returns a context that a signal ends; its cause tells which one.
func untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	go func() {
		select {
		case by := <-signals:
			cancel(signalError{by.(syscall.Signal)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// dialExec connects to an emulator.
func dialExec(ctx context.Context, endpoint string, query url.Values) (*websocket.Conn, error) {
	at := strings.TrimSuffix(endpoint, "/") + "/_emulator/exec?" + query.Encode()
	conn, _, err := websocket.Dial(ctx, at, nil) //nolint:bodyclose // it has none that is to be closed
	if err == nil {
		conn.SetReadLimit(execframe.MaxFrame)
		return conn, nil
	}
	// An upgrade that is refused shows the beginning of the reason only.
	response, refused := send(ctx, http.MethodGet, endpoint, "exec", query, nil)
	if refused != nil {
		return nil, refused
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusUpgradeRequired {
		return nil, fmt.Errorf("connect to the emulator: %w", err)
	}
	return nil, orOlder(refusal(response), endpoint, "exec")
}

// onTerminal reports whether the user sits at both ends: else there are plain pipes.
func (s *execSession) onTerminal() (screen *os.File, ok bool) {
	screen, ok = s.stdout.(*os.File)
	return screen, ok && terminal.Is(s.stdin) && terminal.Is(screen)
}
