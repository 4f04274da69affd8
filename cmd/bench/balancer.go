package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

const (
	balancedHTTP   = "HTTP, 64 at once"
	balancedTCP    = "TCP, 64 at once"
	balancedChecks = "1,000 targets checked every 5 s"
	balancedBody   = 1 << 10
)

// measureBalancer sends small requests over 64 connections to a bare server: directly,
// through the data plane of a load balancer, and through nginx where it is installed.
func measureBalancer(ctx context.Context, b *bench) error {
	if b.wanted("balancer/"+balancedHTTP) || b.wanted("balancer/"+balancedTCP) {
		if err := b.measureBalanced(ctx); err != nil {
			return err
		}
	}
	if b.wanted("balancer/" + balancedChecks) {
		return b.measureChecks(ctx)
	}
	return nil
}

func (b *bench) measureBalanced(ctx context.Context) (err error) {
	stop := func(p *process) { err = errors.Join(err, p.stop()) }
	bare, err := b.startEcho(answer{Header: map[string]string{}, Body: []byte(strings.Repeat("x", balancedBody))})
	if err != nil {
		return err
	}
	defer stop(bare)
	application, err := startBalancer("HTTP", bare.address, 1)
	if err != nil {
		return err
	}
	defer stop(application)
	network, err := startBalancer("TCP", bare.address, 1)
	if err != nil {
		return err
	}
	defer stop(network)
	ways := []*process{bare, application, network}
	proxy, err := b.startNginx(bare.address)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		b.report.note("nginx is not installed: left out")
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
		b.report.add(requestRow("  beside nginx", atLeast(0.65), loads[application], loads[proxy]))
		tails := median(p99s(loads[application])) / median(p99s(loads[proxy]))
		b.report.add(row{name: "  its p99 beside nginx's", figure: fmt.Sprintf("%.2f times", tails), held: tails, goal: atMost(1.5, " times")})
	}
	b.report.add(requestRow(balancedTCP, goal{}, loads[network], loads[bare]))
	return nil
}

// byTurns drives each of the ways once a round; the first round warms up.
func (b *bench) byTurns(ctx context.Context, ways []*process) (map[*process][]load, error) {
	loads := map[*process][]load{}
	for round := range b.rounds + 1 {
		for _, p := range ways {
			list, err := b.senders(ctx, p, 64)
			if err != nil {
				return nil, err
			}
			l, err := drive(list, httpRequest("GET", "/some/path", nil), extent{time: b.burst})
			closeAll(list)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				loads[p] = append(loads[p], l)
			}
		}
	}
	return loads, nil
}

func p99s(list []load) (all []float64) {
	for _, l := range list {
		all = append(all, milliseconds(l.p99))
	}
	return all
}

// measureChecks has one server stand for 1,000 targets.
func (b *bench) measureChecks(ctx context.Context) (err error) {
	target, err := b.startEcho(answer{Header: map[string]string{}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.stop()) }()
	p, err := startBalancer("TCP", target.address, 1000)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := rest(ctx, settleTime); err != nil {
		return err
	}
	pid := p.cmd.Process.Pid
	began, used := time.Now(), processTime(pid)
	if err := rest(ctx, 20*b.burst); err != nil {
		return err
	}
	share := 100 * (processTime(pid) - used).Seconds() / time.Since(began).Seconds()
	b.report.add(row{name: balancedChecks, figure: fmt.Sprintf("%.1f %% of a CPU", share), held: share, goal: atMost(3, " %")})
	return nil
}

// startBalancer starts a data plane with so many targets at one address.
func startBalancer(protocol, target string, targets int) (*process, error) {
	cmd, err := ownRole("balancer", protocol, target, fmt.Sprint(targets))
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	return startProcess(cmd)
}

// serveBalancer is the data plane: protocol, target, how many targets that stands for.
func serveBalancer(args []string) error {
	if len(args) != 3 {
		return errors.New("balancer: needs a protocol, an address and a number")
	}
	address, err := netip.ParseAddrPort(args[1])
	if err != nil {
		return err
	}
	var targets int
	if _, err := fmt.Sscan(args[2], &targets); err != nil {
		return err
	}
	var at string
	lb := balancer.New(balancer.Options{Listen: func(network, _ string) (net.Listener, error) {
		listener, err := net.Listen(network, "127.0.0.1:0")
		if err == nil {
			at = listener.Addr().String()
		}
		return listener, err
	}})
	check := balancer.HealthCheck{Enabled: true, Protocol: "TCP", IntervalSeconds: 5, TimeoutSeconds: 2, HealthyThreshold: 2, UnhealthyThreshold: 2}
	pieces := []balancer.Piece{{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: args[0], HealthCheck: check}}}
	for i := range targets {
		pieces = append(pieces, balancer.Piece{Target: &balancer.Target{Group: "group", ID: fmt.Sprint(i), Addr: address}})
	}
	forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "group", Weight: 1}}}
	pieces = append(pieces, balancer.Piece{Listener: &balancer.Listener{
		ID: "listener", Port: 80, Protocol: args[0], Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}},
	}})
	for _, piece := range pieces {
		if err := lb.Set(piece); err != nil {
			return errors.Join(err, lb.Close())
		}
	}
	fmt.Println("ready at http://" + at)
	untilParentEnds()
	return lb.Close()
}

// startNginx starts nginx as a reverse proxy that keeps connections to its target.
func (b *bench) startNginx(target string) (*process, error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil, exec.ErrNotFound
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	at := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	config := strings.NewReplacer("DIR", b.dir, "AT", at, "TARGET", target).Replace(nginxConfig)
	file := filepath.Join(b.dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	// The shell says where it is, as startProcess expects it.
	cmd := exec.Command("sh", "-c", `echo "http://$1" && exec "$2" -c "$3" -e stderr`, "sh", at, program, file)
	p, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(settleTime); ; {
		conn, err := net.Dial("tcp", at)
		if err == nil {
			return p, conn.Close()
		}
		if time.Now().After(end) {
			return nil, errors.Join(fmt.Errorf("nginx does not listen: %w", err), p.stop())
		}
	}
}

const nginxConfig = `daemon off;
worker_processes auto;
pid DIR/nginx.pid;
error_log stderr;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path DIR/body;
	proxy_temp_path DIR/proxy;
	fastcgi_temp_path DIR/fastcgi;
	uwsgi_temp_path DIR/uwsgi;
	scgi_temp_path DIR/scgi;
	keepalive_requests 1000000;
	upstream target { server TARGET; keepalive 256; keepalive_requests 1000000; }
	server {
		listen AT;
		location / {
			proxy_pass http://target;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
			proxy_set_header X-Forwarded-Proto $scheme;
			proxy_set_header X-Forwarded-Port $server_port;
		}
	}
}
`
