package doctor

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Trial is what became of a sandbox that was made to see whether one can be.
type Trial struct {
	Done bool
	// Step is what could not be done, and Err why.
	Step string
	Err  error
	// Lack is why security groups filter nothing, Leaks that they let pass what no rule lets in.
	Lack  error
	Leaks bool
	// Unreached is why the sandbox was not reached.
	Unreached error
	// Left is why the engine has not removed what was made.
	Left error
	// Limited says that limits hold for all containers of the sandbox, and Unbound why they do not.
	Limited bool
	Unbound string
	Took    time.Duration
}

// The trial's network has a range for documentation, which no VPC has and no route leads to, so that it takes no address
// of a VPC of an emulator, and no range that one may choose meanwhile. Trials side by side have parts of it.
// Source: RFC 5737, TEST-NET-2.
var trialRange = netip.MustParsePrefix("198.51.100.0/24")

const (
	trialNetwork = "doctor"
	trialBits    = 28
	// openPort is what the rule of the trial's filter lets in, closedPort what it does not.
	openPort, closedPort = 8080, 8081
	// dropTime is how long a connection is awaited that a filter drops.
	dropTime = time.Second
	// cleanTime bounds the removal of all that was made.
	cleanTime = 20 * time.Second
)

// Try makes a sandbox as for a task, filters it, reaches it and removes it, with all else that the engine's owner has: an
// owner of its own, which has nothing before.
func Try(ctx context.Context, engine backend.Engine) (t Trial) {
	began := time.Now()
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
		defer cancel()
		t.Left = engine.RemoveAll(clean)
		t.Done, t.Took = true, time.Since(began)
	}()
	network, err := makeTrialNetwork(ctx, engine)
	if err != nil {
		return Trial{Step: "its network cannot be made", Err: err}
	}
	sandbox, err := engine.CreateSandbox(ctx, backend.SandboxSpec{
		Name: "ecs-emulator-doctor-" + network.ID[:min(len(network.ID), 12)], Network: network.Name, Domain: "doctor.internal", CPU: 256, Memory: 64 << 20,
	})
	if err != nil {
		return Trial{Step: "it cannot be made", Err: err}
	}
	if err := engine.Start(ctx, sandbox.ID); err != nil {
		return Trial{Step: "it does not start", Err: err}
	}
	if info, err := engine.Info(ctx); err == nil {
		t.Limited, t.Unbound = info.TaskLimits, info.Unlimited
	}
	t.filter(ctx, engine, sandbox)
	return t
}

func makeTrialNetwork(ctx context.Context, engine backend.Engine) (n backend.Network, err error) {
	at := trialRange.Addr()
	for range 1 << (trialBits - trialRange.Bits()) {
		n, err = engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: trialNetwork, CIDR: netip.PrefixFrom(at, trialBits), Exact: true})
		if !errors.Is(err, backend.ErrAddressInUse) {
			return n, err
		}
		for range 1 << (32 - trialBits) {
			at = at.Next()
		}
	}
	return n, err
}

// filter has one port of the sandbox let in, as a rule of a security group does, and connects to that one and to another one.
// Nothing listens there: a refusal shows that the sandbox was reached.
func (t *Trial) filter(ctx context.Context, engine backend.Engine, sandbox backend.Container) {
	anywhere := []backend.AddressRange{backend.Anywhere}
	t.Lack = engine.SetFilter(ctx, sandbox.ID, &backend.Filter{Strict: true, In: []backend.FilterRule{{Protocol: backend.TCP, From: openPort, To: openPort, Peers: anywhere}}})
	t.Unreached = reach(ctx, engine, sandbox, openPort)
	if t.Lack == nil && t.Unreached == nil {
		soon, cancel := context.WithTimeout(ctx, dropTime)
		defer cancel()
		t.Leaks = reach(soon, engine, sandbox, closedPort) == nil
	}
}

// reach is nil if a port of the sandbox answers, also by a refusal.
func reach(ctx context.Context, engine backend.Engine, sandbox backend.Container, port int) error {
	conn, err := engine.Dial(ctx, "tcp", sandbox.ID, port)
	if err == nil {
		_ = conn.Close()
		return nil
	}
	var refused *net.OpError
	if errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &refused) && strings.Contains(err.Error(), "connection refused") {
		return nil
	}
	return err
}

// JudgeTrial says whether a task gets its network namespace, and whether security groups filter there.
func JudgeTrial(t Trial) diagnosis.Check {
	v := about(sandboxCheck)
	switch {
	case t.Err != nil:
		next := "look at the engine's own log (journalctl -u docker)"
		if strings.Contains(t.Err.Error(), "no space left on device") {
			next = "make room on the engine's disk (docker system df shows what has it)"
		}
		v.fail(next, "a sandbox (the network namespace of a task): %s: %s", t.Step, oneLine(t.Err))
	case t.Unreached != nil:
		v.fail("look for a firewall or a VPN that takes packets to the engine's networks", "a sandbox was made and started, and is not reached: %s", oneLine(t.Unreached))
	default:
		v.note("a sandbox was made, reached and removed in %s", t.Took.Round(10*time.Millisecond))
	}
	switch {
	case t.Err != nil:
	case errors.Is(t.Lack, backend.ErrNoFilter):
		v.degrade("load nf_tables on the engine's host (modprobe nf_tables), or use another kernel", "security groups filter nothing: %s", oneLine(t.Lack))
	case t.Lack != nil:
		v.degrade("", "security groups filter nothing: %s", oneLine(t.Lack))
	case t.Leaks:
		v.degrade("", "security groups filter nothing: a port was reached that no rule lets in")
	case t.Unreached == nil:
		v.note("rules of security groups filter")
	}
	if t.Left != nil {
		v.degrade("ecs-emulator prune --dead removes it in a minute", "what was made is not removed: %s", oneLine(t.Left))
	}
	return v.check()
}
