package emulator_test

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/moby/moby/client"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

type (
	dockerKey struct{}
	askersKey struct{}
)

// scriptAsk has a task in a security group ask a server, http:// or udp://, for an answer,
// which it gets, or with ! does not. On Docker the task stays for later questions, unless the
// script names its subnet, which it may delete.
func scriptAsk(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: [!] ask <security group> <url> [subnet]")
	}
	subnet := firstSubnet
	if len(args) > 2 {
		subnet = args[2]
	}
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	group, url := args[0], args[1]
	srv := ts.Value(emulatorKey{}).(*emulator.Server)
	ts.Check(srv.Told(ctx, scriptPatience))
	docker, real := ts.Value(dockerKey{}).(*client.Client)
	if !real {
		a, err := newAsker(ctx, srv, ts.Getenv("IMAGE"), subnet, group, "check", url)
		ts.Check(err)
		askSimulated(ctx, ts, a, !neg)
		return
	}
	askers := ts.Value(askersKey{}).(map[string]asker)
	a, known := askers[group]
	var err error
	if !known || len(args) > 2 {
		a, err = newAsker(ctx, srv, ts.Getenv("IMAGE"), subnet, group, "sleep", "1h")
		ts.Check(err)
		a.docker = docker
	}
	var answered bool
	asWanted := comesTrue(func() bool {
		answered, err = a.ask(ctx, url, soon)
		if !neg && errors.Is(err, errNothing) { // the server is about to listen
			err = nil
		}
		ts.Check(err)
		return answered || neg
	})
	if !asWanted || answered == neg {
		ts.Fatalf("%s answers a member of %s: %v", url, group, answered)
	}
	if len(args) > 2 {
		ts.Check(a.stop(ctx))
		return
	}
	askers[group] = a
}

// askSimulated goes by the exit code: what is simulated holds from the moment when it is said.
func askSimulated(ctx context.Context, ts *testscript.TestScript, a asker, wanted bool) {
	t, err := a.await(ctx, state.Stopped)
	ts.Check(err)
	code := t.Containers[0].ExitCode
	if code == nil || (*code == 0) != wanted {
		ts.Fatalf("want an answer to %s: %v; the exit code is %d", a.arn, wanted, aws.ToInt32(code))
	}
}
