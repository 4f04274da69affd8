package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/execterminal"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

// appPath is that of the program in the image of the tasks.
const appPath = "/app"

var sessionCases = []dockerCase{
	{name: "key to echo", containers: one, warm: warmSandboxes, measure: inOneTask((*bench).measureEcho)},
	{name: "ExecuteCommand to a shell's prompt", containers: one, warm: warmSandboxes, measure: inOneTask((*bench).measureCall)},
	{name: "output through AWS's plugin", containers: one, warm: warmSandboxes, measure: inOneTask((*bench).measureSessionOutput)},
	{name: "RunTask with enableExecuteCommand", containers: one, warm: warmSandboxes, measure: func(ctx context.Context, b *bench, name string, ours *tasks, _ *bareTasks) error {
		if err := ours.register(); err != nil {
			return err
		}
		first, err := ours.withExec().start(ctx) // it brings the program of sessions to the engine
		if err := errors.Join(err, ours.clear(ctx, []string{first})); err != nil {
			return err
		}
		many := *b
		many.rounds = 5 * b.rounds // one start differs from the next by more than the goal
		return many.measureSequence(ctx, name, ours.withExec(), ours, ours.settle, 1.03)
	}},
}

// measureSessions measures ECS Exec on Docker.
func measureSessions(ctx context.Context, b *bench) error {
	return b.measureCases(ctx, "exec", sessionCases)
}

// executable is a task in which commands are executed.
type executable struct {
	*tasks
	arn       string
	container string // on the engine
}

// inOneTask measures sessions in the container of a task that does nothing else.
func inOneTask(measure func(b *bench, ctx context.Context, name string, e *executable) error) func(context.Context, *bench, string, *tasks, *bareTasks) error {
	return func(ctx context.Context, b *bench, name string, ours *tasks, _ *bareTasks) (err error) {
		if err := ours.register(); err != nil {
			return err
		}
		e := &executable{tasks: ours}
		e.arn, err = ours.withExec().start(ctx)
		defer func() { _ = ours.clear(context.WithoutCancel(ctx), []string{e.arn}) }() // the end of the emulator removes what it cannot
		if err != nil {
			return err
		}
		found, err := ours.containers(ctx, e.arn)
		if err != nil || len(found) == 0 {
			return errors.Join(err, errors.New("the task has no container"))
		}
		e.container = found[0].ID
		return measure(b, ctx, name, e)
	}
}

// withExec starts tasks with enableExecuteCommand.
func (t *tasks) withExec() *tasks {
	other := *t
	other.exec = true
	return &other
}

// register has the tasks that start later be of a role, without which there is no ECS Exec, and with memory for
// many sessions.
func (t *tasks) register() error {
	definition := plainTaskDefinition(t.image, "sleep", "1h")
	definition["taskRoleArn"], definition["memory"] = "arn:aws:iam::000000000000:role/app", "2048"
	return t.looks.Call("RegisterTaskDefinition", definition, nil)
}

// execute calls ExecuteCommand.
func (e *executable) execute(command ...string) (session sessionmanagerplugin.Session, err error) {
	out := struct{ Session *sessionmanagerplugin.Session }{&session}
	err = e.looks.Call("ExecuteCommand", map[string]any{
		"cluster": cluster, "task": e.arn, "container": appName, "interactive": true, "command": appPath + " " + strings.Join(command, " "),
	}, &out)
	// The requests of connection say no port.
	session.StreamURL = strings.Replace(session.StreamURL, "://127.0.0.1/", "://"+e.emulator.address+"/", 1)
	return session, err
}

// session executes a command, and connects to its terminal.
func (e *executable) session(ctx context.Context, command ...string) (execterminal.Terminal, error) {
	s, err := e.execute(command...)
	if err != nil {
		return nil, err
	}
	return execterminal.Session(ctx, s.StreamURL, s.TokenValue)
}

// bare executes a command by the engine alone.
func (e *executable) bare(ctx context.Context, command ...string) (execterminal.Terminal, error) {
	return execterminal.Bare(ctx, e.docker, e.container, append([]string{appPath}, command...)...)
}

// inTurn calls both, each first in every other call.
func (b *bench) inTurn(ours, bare func() error) error {
	b.turns++
	if b.turns%2 == 0 {
		ours, bare = bare, ours
	}
	if err := bare(); err != nil {
		return fmt.Errorf("turn %d: %w", b.turns, err)
	}
	return ours()
}
