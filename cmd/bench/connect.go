package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/connectload"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

const (
	connectTraffic = "HTTP, 16 at once"
	connectStart   = "UpdateService to a task that runs, with a proxy"
	dnsAnswers     = "DNS answers, 8 at once"
	dnsEngine      = "  through the engine's own server"
	dnsWithdrawal  = "DeregisterInstance to no answer that has it"
	changedDocker  = "an endpoint changes for 40 proxies"
	changedSim     = "the same for 1,000, simulated engine"
	idleProxies    = "  those and the endpoint's, idle"
)

// connectCase is measured with an emulator and tasks of its own.
type connectCase struct {
	name        string
	sim         bool
	cpu, memory string // of a task
	measure     func(ctx context.Context, b *bench, s *connectload.Shop, cli *client.Client) error
}

var connectCases = []connectCase{
	{connectTraffic, false, "2048", "4096", measureProxies},
	{dnsAnswers, false, "2048", "4096", measureDNS},
	{connectStart, false, "256", "512", measureConnectStart},
	{changedDocker, false, "256", "512", func(ctx context.Context, b *bench, s *connectload.Shop, cli *client.Client) error {
		if err := b.measureChanged(ctx, s, changedDocker, 40, 300); err != nil {
			return err
		}
		idle, err := s.Idle(ctx, cli, 40, 20*b.burst)
		if err == nil {
			b.report.add(row{name: idleProxies, figure: fmt.Sprintf("%.2f %% of a CPU", idle.CPU), held: idle.CPU, goal: atMost(1, " %")})
		}
		if idle.Memory > 0 { // this system tells
			b.report.add(row{name: "  memory of the largest (resident)", figure: fmt.Sprintf("%.1f MiB", idle.Memory), held: idle.Memory, goal: atMost(16, " MiB")})
		}
		return err
	}},
	{changedSim, true, "256", "512", func(ctx context.Context, b *bench, s *connectload.Shop, _ *client.Client) error {
		return b.measureChanged(ctx, s, changedSim, 1000, 1000)
	}},
}

func measureConnect(ctx context.Context, b *bench) error {
	for _, c := range connectCases {
		if !b.wanted("connect/" + c.name) {
			continue
		}
		measure := func(cli *client.Client, image string) error { return b.measureShop(ctx, cli, image, c) }
		var err error
		if c.sim {
			err = measure(nil, "shop/web:1")
		} else {
			err = b.withImage(ctx, "cmd/bench/loader", measure)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

func (b *bench) measureShop(ctx context.Context, cli *client.Client, image string, c connectCase) (err error) {
	engine := "sim"
	if cli != nil {
		engine = cli.DaemonHost()
	}
	p, err := b.startEmulator("connect/"+c.name, emulatorSettings{engine: engine, warm: warmSandboxes})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	s, err := connectload.Open(ctx, p.address, image, c.cpu, c.memory)
	if err != nil {
		return err
	}
	defer s.Close()
	return c.measure(ctx, b, s, cli)
}

// measureProxies has calls go each way by turns; the first round warms up.
func measureProxies(ctx context.Context, b *bench, s *connectload.Shop, _ *client.Client) error {
	t, err := s.Serve(ctx)
	if err != nil {
		return err
	}
	loads := map[connectload.Way][]requestload.Load{}
	for round := range b.rounds + 1 {
		for _, way := range connectload.Ways {
			l, err := t.Drive(ctx, way, 16, b.burst)
			if err != nil {
				return fmt.Errorf("%s: %w", way.Name, err)
			}
			if round > 0 {
				loads[way] = append(loads[way], l)
			}
		}
	}
	b.reportProxy(loads, connectload.OneProxy, connectload.OneLibrary, 0.35, 0.92)
	b.reportProxy(loads, connectload.TwoProxies, connectload.TwoLibrary, 0.2, 0.87)
	return nil
}

// reportProxy compares a way with direct calls, and with the standard library's proxy in the place of the emulator's. What
// a proxy costs beside direct calls is the machine's, more than the proxy's: those goals are of one where the standard
// library's had 0.38 and 0.23 of their requests, and the goals beside the library are the same ones, for any machine.
func (b *bench) reportProxy(loads map[connectload.Way][]requestload.Load, way, library connectload.Way, beside, besideLibrary float64) {
	direct := loads[connectload.Direct]
	b.report.add(requestRow(connectTraffic+", "+way.Name, atLeast(beside), loads[way], direct))
	more := median(p99s(loads[way])) - median(p99s(direct))
	b.report.add(row{name: "  its p99", figure: fmt.Sprintf("%.2f ms more", more), held: more, goal: atMost(4, " ms more")})
	b.report.add(requestRow("  beside the standard library's", atLeast(besideLibrary), loads[way], loads[library]))
}

// measureDNS asks from a task: the resolver of the VPC, the engine's own server, which passes on to it, and a bare one.
func measureDNS(ctx context.Context, b *bench, s *connectload.Shop, _ *client.Client) error {
	t, err := s.Serve(ctx)
	if err != nil {
		return err
	}
	names, err := s.Name(ctx)
	if err != nil {
		return err
	}
	servers := []string{names.Server, "127.0.0.11:53", t.BareDNS}
	var loads [3][]requestload.Load
	for round := range b.rounds + 1 {
		for i, server := range servers {
			l, err := t.Resolve(ctx, server, names.Name, 8, b.burst)
			if err != nil {
				return fmt.Errorf("%s: %w", server, err)
			}
			if round > 0 {
				loads[i] = append(loads[i], l)
			}
		}
	}
	tail, answers := median(p99s(loads[0])), requestRow(dnsAnswers, goal{limit: 20000, atLeast: true, unit: "/s"}, loads[0], loads[2])
	answers.held = median(requestload.Rates(loads[0]))
	b.report.add(answers)
	b.report.add(row{name: "  their p99", figure: fmt.Sprintf("%.2f ms", tail), held: tail, goal: atMost(1, " ms")})
	b.report.add(requestRow(dnsEngine+", beside that", goal{}, loads[1], loads[0]))
	took, err := names.Withdraw(ctx, 20*b.rounds)
	if err == nil {
		last := milliseconds(requestload.Percentile(took, 99))
		b.report.add(row{name: dnsWithdrawal + ", p99", figure: fmt.Sprintf("%.1f ms", last), held: last, goal: atMost(100, " ms")})
	}
	return err
}

// measureConnectStart compares starts with and without a proxy.
func measureConnectStart(ctx context.Context, b *bench, s *connectload.Shop, _ *client.Client) error {
	without, with, err := s.Starts(ctx, 4*b.rounds, pause)
	if err != nil {
		return err
	}
	own, bare := requestload.Percentile(with, 50), requestload.Percentile(without, 50)
	more := milliseconds(own - bare)
	b.report.add(row{
		name: connectStart, figure: fmt.Sprintf("%.0f ms", milliseconds(own)), reference: fmt.Sprintf("%.0f ms", milliseconds(bare)),
		ratio: float64(own) / float64(bare), held: more, goal: atMost(300, " ms more"),
	})
	return nil
}

func (b *bench) measureChanged(ctx context.Context, s *connectload.Shop, name string, proxies int, limit float64) error {
	took, err := s.Changed(ctx, proxies, 2*b.rounds)
	if err == nil {
		middle := milliseconds(requestload.Percentile(took, 50))
		longest := milliseconds(requestload.Percentile(took, 100))
		b.report.add(row{name: name, figure: fmt.Sprintf("%.0f ms max %.0f", middle, longest), held: middle, goal: atMost(limit, " ms")})
	}
	return err
}
