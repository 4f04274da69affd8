package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/loadbalancer"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// balancedKernel is beside the container asked at its own address.
const (
	balancedKernel = "TCP led by the kernel, 64 at once"
	servedPort     = 8080
)

// measureNetworkBalancer sends small requests over 64 connections to a server in a container: to
// its own address, and through a network load balancer in Docker.
func (b *bench) measureNetworkBalancer(ctx context.Context, host, image string) (err error) {
	engine, err := docker.Open(ctx, docker.Options{Host: host, Owner: "bench-" + rand.Text()[:8]})
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, engine.RemoveAll(context.WithoutCancel(ctx)), engine.Close())
	}()
	target, err := startServed(ctx, engine, image, "bare", fmt.Sprint(servedPort), strings.Repeat("x", balancedBody))
	if err != nil {
		return err
	}
	network, session, err := startNetworkBalancer(ctx, engine, target.IP)
	if errors.Is(err, backend.ErrNoFilter) {
		b.report.leaveOut(balancedKernel, err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	defer session.Close()
	bare := &process{address: netip.AddrPortFrom(target.IP, servedPort).String()}
	through := &process{address: netip.AddrPortFrom(network, servedPort).String()}
	if err := seeSameClient(ctx, bare, through); err != nil {
		return err
	}
	loads, err := b.byTurns(ctx, []*process{bare, through})
	if err != nil {
		return err
	}
	b.report.add(requestRow(balancedKernel, atLeast(0.75), loads[through], loads[bare]))
	return nil
}

// startNetworkBalancer starts one before a target, which is to see its clients.
func startNetworkBalancer(ctx context.Context, engine *docker.Engine, target netip.Addr) (at netip.Addr, s *control.Client, err error) {
	sandbox, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: "bench-" + rand.Text()[:8], Network: "vpc", Balances: true})
	if err != nil {
		return at, nil, err
	}
	if err := engine.Start(ctx, sandbox.ID); err != nil {
		return at, nil, err
	}
	id, err := engine.CreateLoadBalancer(ctx, backend.LoadBalancerSpec{Name: "bench-" + rand.Text()[:8], Sandbox: sandbox.ID})
	if err != nil {
		return at, nil, err
	}
	if err := engine.Start(ctx, id); err != nil {
		return at, nil, err
	}
	if _, err := engine.KeepClients(ctx, sandbox.ID, []netip.Addr{target}); err != nil {
		return at, nil, err
	}
	stream, err := engine.ConnectLoadBalancer(ctx, id)
	if err != nil {
		return at, nil, err
	}
	if s, err = control.Connect(ctx, stream, func([]balancer.Health) {}); err != nil {
		return at, nil, err
	}
	pieces := loadbalancer.Pieces("TCP", servedPort, netip.AddrPortFrom(target, servedPort))
	pieces[0].TargetGroup.Attributes = map[string]string{"preserve_client_ip.enabled": "true"}
	pieces[1].Target.Direct = true
	return sandbox.IP, s, s.Update(ctx, pieces)
}

// seeSameClient waits until a server sees this host whichever way it is asked: a program between
// would be seen itself, so it is the kernel that leads there.
func seeSameClient(ctx context.Context, bare, through *process) error {
	return until(ctx, "the kernel to lead flows", func() (bool, error) {
		direct, err := clientSeen(ctx, bare)
		if err != nil {
			return false, err
		}
		led, err := clientSeen(ctx, through)
		return err == nil && led == direct, nil // the load balancer may not listen yet
	})
}

func clientSeen(ctx context.Context, p *process) (string, error) {
	c, err := p.connect(ctx)
	if err != nil {
		return "", err
	}
	defer c.Close()
	_, body, err := c.Fetch(rawhttp.Request(http.MethodGet, "/client", nil))
	return string(body), err
}

// startServed starts a server, which listens at servedPort, in a sandbox and returns the sandbox.
func startServed(ctx context.Context, engine *docker.Engine, image string, command ...string) (sandbox backend.Container, err error) {
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		return sandbox, err
	}
	if sandbox, err = engine.CreateSandbox(ctx, backend.SandboxSpec{Name: "bench-" + rand.Text()[:8], Network: "vpc"}); err != nil {
		return sandbox, err
	}
	if err := engine.Start(ctx, sandbox.ID); err != nil {
		return sandbox, err
	}
	id, err := engine.Create(ctx, backend.ContainerSpec{
		Name: "bench-" + rand.Text()[:8], Image: image, Sandbox: sandbox.ID, Command: command,
	})
	if err != nil {
		return sandbox, err
	}
	if err := engine.Start(ctx, id); err != nil {
		return sandbox, err
	}
	return sandbox, until(ctx, "the server to listen", func() (bool, error) {
		conn, err := engine.Dial(ctx, "tcp", sandbox.ID, servedPort)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil, nil
	})
}
