// Command bench measures what the emulator costs. Most sections take each figure beside a reference, in the same run: a bare
// net/http server that answers the same bytes, or the same containers and commands asked of the Docker engine directly. The
// section goals runs benchmarks beside the code, which hold their figures against goals of their own.
//
//	go run ./cmd/bench                          everything
//	go run ./cmd/bench -quick                   the same less often, so less exact
//	go run ./cmd/bench -only requests/RunTask   the rows whose name matches
//	go run ./cmd/bench -only goals/.*metric     benchmarks beside the code, of packages whose path matches
//	go run ./cmd/bench -only RunTask -profile . leaves a CPU profile of the emulator, but not of the section goals
//
// Ratios carry from one machine to another, figures do not. Missing a goal is no
// failure: the exit code says only whether everything could be measured that this machine has the programs for.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/gobuild"
)

// section is a part of the run whose figures are taken together.
type section struct {
	name, title string
	run         func(ctx context.Context, b *bench) error
}

var sections = []section{
	{"requests", "Requests over HTTP beside a bare net/http server that answers the same bytes", measureRequests},
	{"start", "Start and idle memory beside that bare server", measureStart},
	{"scale", "Tasks to RUNNING in services, simulated engine", measureScale},
	{"balancer", "A load balancer's data plane beside its target asked directly, and nginx where it is installed", measureBalancer},
	{"docker", "RunTask to RUNNING on Docker beside the same containers made directly (one warm: without a sandbox)", measureDocker},
	{"exec", "ECS Exec beside the engine's own exec with a terminal, and RunTask beside one without", measureSessions},
	{"goals", "Benchmarks beside the code: those whose names begin with " + goalPrefix, measureGoals},
}

// roles are what this program does as a child of its own, by its first argument.
var roles = map[string]func(args []string) error{
	"echo":     serveEcho,
	"balancer": serveBalancer,
	"profiled": serveProfiled,
}

func main() {
	if len(os.Args) > 1 {
		if role, ok := roles[os.Args[1]]; ok {
			exit(role(os.Args[2:]))
		}
	}
	s, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(s)
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// notForGoals ends the help of flags for the emulators that this program starts.
const notForGoals = ": not for the sections balancer and goals"

func parse(args []string) (s settings, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "`pattern` of the names of rows to measure: requests/RunTask, docker, …")
	flags.IntVar(&s.rounds, "rounds", 0,
		"`times` each figure is taken; the median counts (default 5, quick 3; at most 3 in the sections scale and goals)")
	flags.BoolVar(&s.quick, "quick", false, "measure less often, and so less exactly: once in the section goals")
	flags.StringVar(&s.client, "client", clientRaw,
		"what sends requests in the sections requests and balancer: raw, a bare connection, or http, the client of the Go SDK")
	flags.StringVar(&s.binary, "binary", "", "the ecs-emulator `file` to measure (default: build it)"+notForGoals)
	flags.StringVar(&s.logFile, "log", os.DevNull, "`file` for the log of the emulators, which is written in any case"+notForGoals)
	flags.StringVar(&s.profile, "profile", "", "`directory` for a CPU profile of each emulator"+notForGoals)
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if s.only, err = regexp.Compile(*only); err != nil {
		return s, fmt.Errorf("-only: %w", err)
	}
	if s.client != clientHTTP && s.client != clientRaw {
		return s, fmt.Errorf("-client %q is none of %s, %s", s.client, clientHTTP, clientRaw)
	}
	s.burst = 500 * time.Millisecond
	if s.quick {
		s.burst = 200 * time.Millisecond
	}
	if s.rounds == 0 {
		s.rounds = 5
		if s.quick {
			s.rounds = 3
		}
	}
	return s, nil
}

// run measures section by section; one that fails does not keep the others from it.
func run(s settings) error {
	dir, err := os.MkdirTemp("", "ecs-emulator-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, stop := untilInterrupt(os.Stderr, func() {
		killChildren()
		_ = os.RemoveAll(dir)
		os.Exit(1)
	})
	defer stop()
	b := &bench{settings: s, report: newReport(os.Stdout), dir: dir}
	if s.binary == "" {
		b.binary = filepath.Join(dir, "ecs-emulator"+gobuild.ExecutableSuffix())
		if err := gobuild.Build(ctx, b.binary, runtime.GOOS, runtime.GOARCH, "cmd/ecs-emulator"); err != nil {
			return err
		}
	}
	began := time.Now()
	fmt.Printf("%s/%s, %d CPUs, %s, medians of %d\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), s.rounds)
	for _, section := range sections {
		b.report.begin(section.name, section.title)
		err := section.run(ctx, b)
		if ctx.Err() != nil {
			b.report.fail("the rest", "interrupted", cmp.Or(err, ctx.Err()))
			break
		}
		if err != nil {
			b.report.fail(section.name, "failed", err)
		}
	}
	fmt.Printf("\n%s, %.0f s\n", b.report.summary(), time.Since(began).Seconds())
	return b.report.err()
}
