// Command soak puts the emulator under load on Docker while things are killed;
// `make soak` runs it. Round by round it runs short tasks and deploys a service, kills
// the emulator now and then, and has the engine restarted if it is told how. In the
// end it judges by what the engine itself says:
//
//   - every task that the API accepted has one end, and it is the true one
//   - no container ran twice
//   - no container, network, volume or goroutine is left
//
// At the end, also after a failure, it removes what is left on the engine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// settings are the command line.
type settings struct {
	rounds  int
	tasks   int // a round
	kills   int // of the emulator
	seed    uint64
	binary  string
	image   string
	restart string // command that restarts the engine; empty: it is not restarted
	log     string // file for the emulators' logs
}

func main() {
	var s settings
	flag.IntVar(&s.rounds, "rounds", 20, "`rounds` of tasks and deployments")
	flag.IntVar(&s.tasks, "tasks", 40, "short `tasks` in each round")
	flag.IntVar(&s.kills, "kills", 5, "`times` that the emulator is killed")
	flag.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "`seed` of what is left to chance")
	flag.StringVar(&s.binary, "binary", "bin/ecs-emulator", "the emulator's `path`")
	flag.StringVar(&s.image, "image", "ecs-emulator/demo", "`image` of the tasks, which is testdata/app")
	flag.StringVar(&s.log, "log", os.DevNull, "`file` for the emulator's log")
	flag.Parse()
	s.restart = os.Getenv("SOAK_RESTART_ENGINE")

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "soak failed:", err)
		os.Exit(1)
	}
}

type soak struct {
	settings
	chance   *rand.Rand
	emulator *emulator
	witness  *witness
	ends     map[string]end // by task ARN: what the API said
	idle     float64        // goroutines of the emulator before the first task
}

func run(ctx context.Context, s settings) (err error) {
	began := time.Now()
	fmt.Printf("%d rounds of %d tasks and a deployment, seed %d\n", s.rounds, s.tasks, s.seed)
	if s.restart == "" {
		fmt.Println("left out: restarts of the engine (SOAK_RESTART_ENGINE is no command)")
	}
	w := &soak{settings: s, chance: rand.New(rand.NewPCG(s.seed, 0)), ends: map[string]end{}}
	if w.emulator, err = newEmulator(s); err != nil {
		return err
	}
	err = errors.Join(w.work(ctx), w.emulator.discard(context.WithoutCancel(ctx)))
	if err != nil {
		return err
	}
	fmt.Printf("%d tasks have one true end each; %d containers ran once; nothing is left; %s\n",
		len(w.ends), w.witness.started(), time.Since(began).Round(time.Second))
	return nil
}

// work does the rounds, and judges.
func (w *soak) work(ctx context.Context) (err error) {
	if err := w.emulator.start(ctx); err != nil {
		return err
	}
	if w.witness, err = newWitness(ctx, w.emulator.owner()); err != nil {
		return err
	}
	defer w.witness.close()
	if err := w.prepare(ctx); err != nil {
		return err
	}
	kills, restarts := w.schedule()
	for round := range w.rounds {
		if err := w.round(ctx, round, kills[round], restarts[round]); err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
	}
	return w.finish(ctx)
}

// schedule says in which rounds the emulator is killed and the engine restarted.
func (w *soak) schedule() (kills, restarts map[int]bool) {
	kills, restarts = map[int]bool{}, map[int]bool{}
	order := w.chance.Perm(w.rounds)
	for _, round := range order[:min(w.kills, w.rounds)] {
		kills[round] = true
	}
	if w.restart != "" {
		for _, round := range w.chance.Perm(w.rounds)[:min(2, w.rounds)] {
			restarts[round] = true
		}
	}
	return kills, restarts
}
