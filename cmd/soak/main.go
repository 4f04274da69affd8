// Command soak puts the emulator under load while things are killed; `make soak` runs it. It has four parts.
//
// Tasks, on Docker: round by round it runs short tasks and deploys a service, kills
// the emulator now and then, and has the engine restarted if it is told how. In the
// end it judges by what the engine itself says:
//
//   - every task that the API accepted has one end, and it is the true one
//   - no container ran twice
//   - no container, network, volume or goroutine is left
//
// A large image, on Docker: the engine pushes it, once cut in the middle and then to two repositories at once, and pulls it.
// The emulator's memory is bounded meanwhile.
//
// Killed pushes, on the simulated engine: the emulator is killed at points all over a push. Whenever it is back, each image that
// it has is whole, none is missing whose push was answered, and the next push works. A day later no file is left that no image has.
//
// Templates: random ones of CloudFormation in both syntaxes, and random requests, are read without a panic, in bounded memory.
//
// At the end, also after a failure, it removes what is left on the engine.
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

	"github.com/docker/go-units"
)

// settings are the command line.
type settings struct {
	rounds  int
	tasks   int // a round
	kills   int // of the emulator
	seed    uint64
	binary  string
	image   string
	restart string        // command that restarts the engine; empty: it is not restarted
	log     string        // file for the emulators' logs
	size    int64         // of the large image
	pushes  int           // in which the emulator is killed
	fuzz    time.Duration // of each fuzz test of templates
	only    string        // part to run; empty: all
}

// parts are what it does; each that has an emulator has one of its own.
var parts = []struct {
	name string
	soak func(context.Context, settings) error
}{{"tasks", soakTasks}, {"large-image", soakLargeImage}, {"killed-pushes", soakKilledPushes}, {"templates", soakTemplates}}

func main() {
	s := settings{size: 1 << 30}
	flag.IntVar(&s.rounds, "rounds", 20, "`rounds` of tasks and deployments")
	flag.IntVar(&s.tasks, "tasks", 40, "short `tasks` in each round")
	flag.IntVar(&s.kills, "kills", 5, "`times` that the emulator is killed")
	flag.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "`seed` of what is left to chance")
	flag.StringVar(&s.binary, "binary", "bin/ecs-emulator", "the emulator's `path`")
	flag.StringVar(&s.image, "image", "ecs-emulator/demo", "`image` of the tasks, which is testdata/app")
	flag.StringVar(&s.log, "log", os.DevNull, "`file` for the emulator's log")
	flag.Func("size", "`bytes` of the large image, such as 100MiB (default 1GiB)", func(text string) (err error) {
		s.size, err = units.RAMInBytes(text)
		return err
	})
	flag.IntVar(&s.pushes, "pushes", 50, "`pushes` in which the emulator is killed")
	flag.DurationVar(&s.fuzz, "fuzz", 10*time.Minute, "`time` of each fuzz test of templates")
	flag.StringVar(&s.only, "only", "", "the one `part` to run: tasks, large-image, killed-pushes, or templates")
	flag.Parse()
	s.restart = os.Getenv("SOAK_RESTART_ENGINE")

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "soak failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) error {
	if s.pushes < 2 { // the first one leaves nothing
		return fmt.Errorf("-pushes %d: two is the least", s.pushes)
	}
	var failed []error
	ran := false
	for _, p := range parts {
		if ctx.Err() != nil || s.only != "" && s.only != p.name {
			continue
		}
		ran = true
		if err := p.soak(ctx, s); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	if !ran {
		return fmt.Errorf("there is no part %q", s.only)
	}
	return errors.Join(append(failed, ctx.Err())...)
}
