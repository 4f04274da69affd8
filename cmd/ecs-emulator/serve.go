package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/heap"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

var serveCommand = subcommand{
	name:    "serve",
	summary: "start the emulator; Ctrl-C ends it",
	examples: []example{
		{"ecs-emulator serve", "at port 4577, on Docker if it answers"},
		{"ecs-emulator serve --engine sim --speed 60", "without containers, an hour in a minute"},
		{"ecs-emulator serve --data-dir data --default-launch-type FARGATE", "keep state and tasks until the next start"},
		{"ecs-emulator serve --init clusters --strict", "begin with what JSON files say, as strict as AWS"},
	},
	declare: func(flags *flagSet) action {
		var opts emulator.Options
		c := declareServe(flags, &opts)
		return func(ctx context.Context, _ []string, stdout, stderr io.Writer) error {
			if err := c.apply(flags, &opts); err != nil {
				return err
			}
			log := c.logHandler(stderr)
			opts.Version, opts.Log = version, slog.New(log)
			return serve(ctx, opts, log, stdout, stderr)
		}
	},
}

// tellCredentials returns the line for a shell with which clients get in. With enforced policies it is about the root user's keys, of
// which it tells where they are, or else what they are.
func tellCredentials(ctx context.Context, srv *emulator.Server, mode emulator.AccessMode, stderr io.Writer) (line string, err error) {
	if mode != emulator.AccessEnforce {
		return anyCredentials, nil
	}
	if file := srv.RootCredentialsFile(); file != "" {
		fmt.Fprintln(stderr, "ecs-emulator: the root credentials are in", file)
		return "unset AWS_ACCESS_KEY_ID; export AWS_SHARED_CREDENTIALS_FILE=" + shellWord(file), nil
	}
	root, err := srv.Config().Credentials.Retrieve(ctx)
	if err != nil {
		return "", err
	}
	keys := fmt.Sprintf("AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s", root.AccessKeyID, shellWord(root.SecretAccessKey))
	fmt.Fprintln(stderr, "ecs-emulator: the root credentials are", keys)
	return "export " + keys, nil
}

// engineWord is engine, or engines where there are several.
func engineWord(srv *emulator.Server) string {
	if len(srv.Engines()) > 1 {
		return "engines"
	}
	return "engine"
}

// serve runs the emulator until it is interrupted.
func serve(ctx context.Context, opts emulator.Options, log slog.Handler, stdout, stderr io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go heap.Tend(ctx)
	interruptible, release := untilInterruptedTwice(ctx, func() {
		fmt.Fprintln(stderr, "ecs-emulator: interrupted again: exiting now; the next start removes the rest")
	})
	defer release()
	// A reader of the log that has gone, such as `| head`, must not end the emulator before its tasks.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	began := time.Now()
	srv, err := emulator.NewContext(interruptible, opts) // which waits for engines that do not answer
	switch {
	case errors.Is(err, context.Canceled):
		return nil // interrupted
	case err != nil:
		return err
	}
	screen, people := terminal.Of(stdout)
	fmt.Fprintln(stdout, screen.Paint(terminal.Bold, fmt.Sprintf("ecs-emulator %s is ready at %s, %s %s", version, srv.URL(), engineWord(srv), srv.EngineName())))
	if url := srv.ConsoleURL(); url != "" {
		fmt.Fprintln(stdout, "The console is at", url)
	}
	credentials, err := tellCredentials(ctx, srv, opts.IAM, stderr)
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	if people {
		fmt.Fprint(stdout, "In other terminals:\n", exports(srv.URL(), srv.Config().Region, credentials))
	}
	if why := srv.EngineProblem(); why != "" {
		fmt.Fprintln(stderr, "ecs-emulator: no task can run yet:", why)
	}

	if short, is := log.(*shortLog); is {
		since := srv.Clock().Now().Add(-time.Duration(float64(time.Since(began)) * max(0, opts.Speed))) // --init has begun then
		go func() {
			if err := short.follow(ctx, srv.URL(), since); err != nil && ctx.Err() == nil {
				opts.Log.Error("cannot tell what happens to tasks", "error", err)
			}
		}()
	}

	<-interruptible.Done()
	fmt.Fprintln(stderr, "ecs-emulator:", srv.Farewell(), "(interrupt again to exit now)")
	return srv.Close()
}
