package health

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// Check is a health check that has been read.
type Check struct {
	balancer.HealthCheck
	version  string // HTTP1, HTTP2 or GRPC
	matcher  balancer.Matcher
	Interval time.Duration
	timeout  time.Duration
	Header   []byte // that connections begin with
}

// maxChecked is how much of an answer a check reads.
const maxChecked = 64 << 10

// NewCheck reads the health check of a target group with a protocol version.
func NewCheck(config balancer.HealthCheck, version string) (Check, error) {
	c := Check{HealthCheck: config, version: version}
	c.Interval = time.Duration(config.IntervalSeconds) * time.Second
	c.timeout = time.Duration(config.TimeoutSeconds) * time.Second
	if c.Interval <= 0 {
		c.Interval = 30 * time.Second
	}
	if c.timeout <= 0 {
		c.timeout = 5 * time.Second
	}
	if config.Protocol == "HTTP" || config.Protocol == "HTTPS" {
		lowest, highest, usual := 200, 599, "200"
		if version == "GRPC" {
			lowest, highest, usual = 0, 99, "12"
		}
		if config.Matcher != "" {
			usual = config.Matcher
		}
		var err error
		if c.matcher, err = balancer.NewMatcher(usual, lowest, highest); err != nil {
			return c, err
		}
	}
	return c, nil
}

// Run checks a target once, on a connection of its own.
func (c *Check) Run(ctx context.Context, dial dialer.Func, to netip.AddrPort) Outcome {
	if c.Port != 0 {
		to = netip.AddrPortFrom(to.Addr(), c.Port)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	code, err := c.ask(ctx, dialer.WithHeader(c.Header, dial), to)
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return Outcome{reason: reasonTimeout, text: textTimeout}
	case err != nil:
		return Outcome{reason: reasonFailed, text: textFailed}
	case c.matcher != nil && !c.matcher.Matches(code):
		return mismatch(code)
	}
	return Outcome{Passed: true}
}

func (c *Check) ask(ctx context.Context, dial dialer.Func, to netip.AddrPort) (code int, err error) {
	switch {
	case c.matcher == nil:
		conn, err := dial(ctx, "tcp", to.String())
		if err != nil {
			return 0, err
		}
		return 0, conn.Close()
	case c.version == "HTTP2" || c.version == "GRPC":
		return c.askHTTP2(ctx, dial, to)
	}
	return c.askHTTP1(ctx, dial, to)
}

func (c *Check) askHTTP1(ctx context.Context, dial dialer.Func, to netip.AddrPort) (code int, err error) {
	conn, err := dial(ctx, "tcp", to.String())
	if err != nil {
		return 0, err
	}
	if c.Protocol == "HTTPS" {
		conn = tls.Client(conn, tlspolicy.ToTargets)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return 0, err
		}
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	path := c.Path
	if path == "" {
		path = "/"
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n", path, to)
	if err != nil {
		return 0, errors.Join(err, ctx.Err())
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(io.LimitReader(conn, maxChecked), 1024), nil)
	if err != nil {
		return 0, errors.Join(err, ctx.Err())
	}
	_ = answer.Body.Close()
	return answer.StatusCode, nil
}

// askHTTP2 asks in HTTP/2, of gRPC for the status of a call.
func (c *Check) askHTTP2(ctx context.Context, dial dialer.Func, to netip.AddrPort) (code int, err error) {
	transport := dialer.NewHTTP2Transport(dial)
	defer transport.CloseIdleConnections()
	scheme, method, path := "http", http.MethodGet, c.Path
	if c.Protocol == "HTTPS" {
		scheme = "https"
	}
	if c.version == "GRPC" {
		method = http.MethodPost
		if path == "" {
			path = "/AWS.ALB/healthcheck"
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, scheme+"://"+to.String()+path, http.NoBody)
	if err != nil {
		return 0, err
	}
	request.Header.Set("User-Agent", "ELB-HealthChecker/2.0")
	if c.version == "GRPC" {
		request.Header.Set("Content-Type", "application/grpc")
		request.Header.Set("Te", "trailers")
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	if c.version != "GRPC" {
		return answer.StatusCode, nil
	}
	if _, err := io.CopyN(io.Discard, answer.Body, maxChecked); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	status := answer.Header.Get("Grpc-Status")
	if status == "" {
		status = answer.Trailer.Get("Grpc-Status")
	}
	return strconv.Atoi(status)
}
