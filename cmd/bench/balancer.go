package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/bareserver"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/loadbalancer"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

const (
	balancedHTTP = "HTTP, 64 at once"
	balancedTCP  = "TCP, 64 at once"
	balancedBody = 1 << 10
)

// measureBalancer sends small requests over 64 connections to a bare server: directly,
// through the data plane of a load balancer, and through nginx where it is installed.
func measureBalancer(ctx context.Context, b *bench) error {
	if b.wanted("balancer/"+balancedHTTP) || b.wanted("balancer/"+balancedTCP) {
		if err := b.measureBalanced(ctx); err != nil {
			return err
		}
	}
	if !b.wanted("balancer/" + balancedKernel) {
		return nil
	}
	return b.withApp(ctx, []string{balancedKernel}, func(cli *client.Client, image string) error {
		return b.measureNetworkBalancer(ctx, cli.DaemonHost(), image)
	})
}

func (b *bench) measureBalanced(ctx context.Context) (err error) {
	stop := func(p *process) { err = errors.Join(err, p.stop()) }
	bare, err := b.startEcho(bareserver.Answer{Header: map[string]string{}, Body: []byte(strings.Repeat("x", balancedBody))})
	if err != nil {
		return err
	}
	defer stop(bare)
	application, err := startBalancer(loadbalancer.Spec{Protocol: "HTTP", Target: bare.address})
	if err != nil {
		return err
	}
	defer stop(application)
	network, err := startBalancer(loadbalancer.Spec{Protocol: "TCP", Target: bare.address})
	if err != nil {
		return err
	}
	defer stop(network)
	ways := []*process{bare, application, network}
	proxy, err := b.startNginx(bare.address)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		b.report.leaveOut("beside nginx", "nginx is not installed")
	case err != nil:
		return err
	default:
		defer stop(proxy)
		ways = append(ways, proxy)
	}
	loads, err := b.byTurns(ctx, ways)
	if err != nil {
		return err
	}
	b.report.add(requestRow(balancedHTTP, goal{}, loads[application], loads[bare]))
	if proxy != nil {
		b.report.add(requestRow("  beside nginx", atLeast(0.5), loads[application], loads[proxy]))
		tails := median(p99s(loads[application])) / median(p99s(loads[proxy]))
		b.report.add(row{name: "  its p99 beside nginx's", figure: fmt.Sprintf("%.2f times", tails), held: tails, goal: atMost(1.5, " times")})
		if ours, its := median(cpuTimesOf(loads[application])), median(cpuTimesOf(loads[proxy])); its > 0 {
			b.report.add(row{
				name: "  CPU time of a request beside nginx's", ratio: ours / its,
				figure: fmt.Sprintf("%.1f us", ours), reference: fmt.Sprintf("%.1f us", its),
			})
		}
	}
	if err := b.measureCounting(ctx, bare, application); err != nil {
		return err
	}
	b.report.add(requestRow(balancedTCP, goal{}, loads[network], loads[bare]))
	return nil
}

// measureCounting has a load balancer that counts take many short turns with one that does not, as they differ by little.
func (b *bench) measureCounting(ctx context.Context, bare, counting *process) (err error) {
	uncounted, err := startBalancer(loadbalancer.Spec{Protocol: "HTTP", Target: bare.address, Uncounted: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, uncounted.stop()) }()
	turns := *b
	turns.rounds, turns.burst = 8*b.rounds, b.burst/4
	loads, err := turns.byTurns(ctx, []*process{counting, uncounted})
	if err != nil {
		return err
	}
	b.report.add(requestRow("  counting beside not counting", atLeast(0.97), loads[counting], loads[uncounted]))
	with, without := median(cpuTimesOf(loads[counting])), median(cpuTimesOf(loads[uncounted]))
	b.report.add(row{
		name: "  its CPU time of a request beside that", ratio: with / without,
		figure: fmt.Sprintf("%.1f us", with), reference: fmt.Sprintf("%.1f us", without),
	})
	return nil
}

// byTurns drives each of the ways once a round; the first round warms up.
func (b *bench) byTurns(ctx context.Context, ways []*process) (map[*process][]requestload.Load, error) {
	loads := map[*process][]requestload.Load{}
	for round := range b.rounds + 1 {
		for _, p := range ways {
			list, err := b.senders(ctx, p, 64)
			if err != nil {
				return nil, err
			}
			before := p.groupTime()
			l, err := requestload.Drive(list, rawhttp.Request("GET", "/some/path", nil), requestload.Extent{Time: b.burst})
			closeAll(list)
			if err != nil {
				return nil, err
			}
			l.CPU = (p.groupTime() - before) / time.Duration(max(l.Requests, 1))
			if round > 0 {
				loads[p] = append(loads[p], l)
			}
		}
	}
	return loads, nil
}

// groupTime is the CPU time of a process and its children; what runs elsewhere, as a container
// does, has none.
func (p *process) groupTime() time.Duration {
	if p.cmd == nil {
		return 0
	}
	return processusage.Group(p.cmd.Process.Pid)
}

func p99s(list []requestload.Load) (all []float64) {
	for _, l := range list {
		all = append(all, milliseconds(l.P99))
	}
	return all
}

// cpuTimesOf are in microseconds.
func cpuTimesOf(list []requestload.Load) (all []float64) {
	for _, l := range list {
		all = append(all, float64(l.CPU)/float64(time.Microsecond))
	}
	return all
}

// startBalancer starts a data plane.
func startBalancer(spec loadbalancer.Spec) (*process, error) {
	cmd, err := ownRole("balancer", spec.Args()...)
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	return startProcess(cmd)
}

// serveBalancer is the data plane.
func serveBalancer(args []string) error {
	spec, err := loadbalancer.Parse(args)
	if err != nil {
		return err
	}
	at, stop, err := loadbalancer.Serve(spec)
	if err != nil {
		return err
	}
	fmt.Println("ready at http://" + at)
	untilParentEnds()
	return stop()
}
