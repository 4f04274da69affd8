package dataplane

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
)

// check is a health check that has been read.
type check struct {
	balancer.HealthCheck
	version  string // HTTP1, HTTP2 or GRPC
	matcher  balancer.Matcher
	interval time.Duration
	timeout  time.Duration
	header   []byte // that connections begin with
}

// maxChecked is how much of an answer a check reads.
const maxChecked = 64 << 10

func newCheck(config balancer.HealthCheck, version string) (check, error) {
	c := check{HealthCheck: config, version: version}
	c.interval = time.Duration(config.IntervalSeconds) * time.Second
	c.timeout = time.Duration(config.TimeoutSeconds) * time.Second
	if c.interval <= 0 {
		c.interval = 30 * time.Second
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

// run checks a target once, on a connection of its own.
func (c *check) run(ctx context.Context, dial dialer, to netip.AddrPort) outcome {
	if c.Port != 0 {
		to = netip.AddrPortFrom(to.Addr(), c.Port)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	code, err := c.ask(ctx, dialWith(c.header, dial), to)
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return outcome{reason: reasonTimeout, text: textTimeout}
	case err != nil:
		return outcome{reason: reasonFailed, text: textFailed}
	case c.matcher != nil && !c.matcher.Matches(code):
		return mismatch(code)
	}
	return outcome{passed: true}
}

func (c *check) ask(ctx context.Context, dial dialer, to netip.AddrPort) (code int, err error) {
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

func (c *check) askHTTP1(ctx context.Context, dial dialer, to netip.AddrPort) (code int, err error) {
	conn, err := dial(ctx, "tcp", to.String())
	if err != nil {
		return 0, err
	}
	if c.Protocol == "HTTPS" {
		conn = tls.Client(conn, toTargets)
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
func (c *check) askHTTP2(ctx context.Context, dial dialer, to netip.AddrPort) (code int, err error) {
	transport := newHTTP2Transport(dial)
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
