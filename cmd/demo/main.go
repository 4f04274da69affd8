// Command demo shows the emulator at work; `make demo` runs it. It starts
// bin/ecs-emulator, deploys a service and runs a task through the public API, on
// Docker where an engine answers and else on the simulated engine, checks all that
// it shows, and takes everything down again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// longest bounds the whole demonstration, so that it fails rather than hangs.
const longest = 6 * time.Minute

func main() {
	imageOnly := flag.Bool("image-only", false, "make the image "+image+" and nothing else")
	binary := flag.String("binary", "bin/ecs-emulator", "the emulator's `path`")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Without a reader, such as `| head`, the demonstration goes on, and removes what it made.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("it took more than %s", longest))
	defer cancel()

	var err error
	if *imageOnly {
		err = makeImage(ctx)
	} else {
		err = run(ctx, *binary)
	}
	switch {
	case err == nil:
	case interrupted(ctx) && errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "demo: interrupted; everything it started is gone")
		os.Exit(130)
	default:
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		fmt.Fprintln(os.Stderr, "demo failed:", err)
		os.Exit(1)
	}
}

func interrupted(ctx context.Context) bool { return errors.Is(context.Cause(ctx), context.Canceled) }

func makeImage(ctx context.Context) error {
	d, err := findDocker(ctx)
	if err != nil {
		return fmt.Errorf("look for a Docker engine: %w", err)
	}
	return d.importImage(ctx)
}

// run is the demonstration, a step a line.
func run(ctx context.Context, binary string) (err error) {
	s := newStory(os.Stdout)
	docker, why := findDocker(ctx)
	if why != nil {
		s.say("No Docker engine answers (%v): containers are simulated.", why)
	} else if err := docker.importImage(ctx); err != nil {
		return err
	} else {
		s.say("Image %s imported into Docker %s; nothing was pulled.", image, docker.version)
	}
	emulator, err := startEmulator(ctx, binary, docker)
	if err != nil {
		return err
	}
	s.say("%s", emulator.ready)
	defer func() { err = errors.Join(err, emulator.end(s, err != nil && !interrupted(ctx))) }()

	d := newDemo(s, emulator, docker)
	for _, step := range []func(context.Context) error{
		d.register, d.deploy, d.runTask, d.request, d.kill, d.remove,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := emulator.end(s, false); err != nil {
		return err
	}
	if err := d.nothingIsLeft(ctx); err != nil {
		return err
	}
	s.say("Done in %s. To go on:", time.Since(s.start).Round(time.Second))
	fmt.Printf(`
  %s serve
  aws --endpoint-url http://127.0.0.1:4577 ecs list-clusters     (in another terminal)

README.md has five minutes with the AWS CLI; docs/ has Go tests, Terraform, Python and compose.
`, binary)
	return nil
}
