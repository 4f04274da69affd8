package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/heap"
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
			opts.Version, opts.Log = version, c.logger(stderr)
			return serve(ctx, opts, stdout, stderr)
		}
	},
}

// serve runs the emulator until it is interrupted.
func serve(ctx context.Context, opts emulator.Options, stdout, stderr io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go heap.Tend(ctx)
	interrupted := make(chan os.Signal, 2)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupted)

	srv, err := emulator.New(opts)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "ecs-emulator %s is ready at %s, engine %s\n", version, srv.URL(), srv.EngineName())
	if why := srv.EngineProblem(); why != "" {
		fmt.Fprintln(stderr, "ecs-emulator: no task can run yet:", why)
	}

	select {
	case <-interrupted:
	case <-ctx.Done():
	}
	go func() {
		<-interrupted
		fmt.Fprintln(stderr, "ecs-emulator: interrupted again: exiting now; the next start removes the rest")
		os.Exit(130)
	}()
	fmt.Fprintln(stderr, "ecs-emulator:", srv.Farewell(), "(interrupt again to exit now)")
	return srv.Close()
}
