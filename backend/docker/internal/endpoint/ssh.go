package endpoint

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/docker/client"
)

// Each connection to an engine behind ssh is a session with a login of its own. A
// server refuses logins at random once ten are under way.
// Source: sshd_config(5), MaxStartups.
const (
	maxLogins = 4
	// maxSessions bounds those for requests that are answered at once. More wait.
	maxSessions = 8
	// maxLongSessions bounds those for requests that may take minutes, which must not
	// keep the others waiting.
	maxLongSessions = 24
	// loginTimeout bounds a login, with the questions that the ssh command may ask.
	loginTimeout = time.Minute
	// idleSessionTime is for how long a session waits for the next request.
	idleSessionTime = 2 * time.Minute
)

// sshFlags let a session end when the network in between is gone: after ten seconds
// before the login, and after forty-five later.
// Source: ssh_config(5).
var sshFlags = []string{"-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3"}

// sessions are the connections to an engine behind ssh.
type sessions struct {
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	logins chan struct{} // holds one for each login under way

	mu     sync.Mutex
	open   map[*session]struct{}
	closed bool
}

// sshClient makes a client for ssh://user@host.
func sshClient(host string, opts []client.Opt) (*Client, error) {
	ssh, err := connhelper.GetConnectionHelperWithSSHOpts(host, sshFlags)
	if err != nil {
		return nil, err
	}
	s := &sessions{dial: ssh.Dialer, logins: make(chan struct{}, maxLogins), open: map[*session]struct{}{}}
	// Streams are dialled on this transport; requests go where there is room for
	// them.
	streams := s.transport(0)
	streams.RegisterProtocol("http", &byDuration{
		short: s.transport(maxSessions), long: s.transport(maxLongSessions), unbounded: s.transport(0),
	})
	opts = append(opts, client.WithHTTPClient(&http.Client{Transport: streams, CheckRedirect: client.CheckRedirect}),
		client.WithHost(ssh.Host), client.WithDialContext(s.connect), closable)
	cli, err := client.NewClientWithOpts(opts...)
	return &Client{cli, s}, err
}

func (s *sessions) transport(most int) *http.Transport {
	return &http.Transport{
		DialContext: s.connect, MaxConnsPerHost: most, MaxIdleConnsPerHost: maxSessions, IdleConnTimeout: idleSessionTime,
		DisableCompression: true,
	}
}

// byDuration sends requests by how long they may take.
type byDuration struct{ short, long, unbounded *http.Transport }

func (b *byDuration) RoundTrip(r *http.Request) (*http.Response, error) {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/_ping"), strings.HasSuffix(path, "/info"), strings.HasSuffix(path, "/events"), strings.HasSuffix(path, "/logs"):
		return b.unbounded.RoundTrip(r)
	case strings.HasSuffix(path, "/stop"), strings.HasSuffix(path, "/images/create"):
		return b.long.RoundTrip(r)
	default:
		return b.short.RoundTrip(r)
	}
}

// connect begins a session, which is ready when the engine has answered through it.
func (s *sessions) connect(ctx context.Context, network, address string) (net.Conn, error) {
	select {
	case s.logins <- struct{}{}:
		defer func() { <-s.logins }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	conn, err := s.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	one := &session{Conn: conn, of: s}
	if !s.add(one) {
		_ = one.Close()
		return nil, net.ErrClosed
	}
	if err := one.greet(ctx); err != nil {
		_ = one.Close()
		return nil, err
	}
	return one, nil
}

func (s *sessions) add(one *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[one] = struct{}{}
	return true
}

// close ends all sessions. Ending one may take the ssh command seconds.
func (s *sessions) close() {
	s.mu.Lock()
	s.closed = true
	var ending sync.WaitGroup
	for one := range s.open {
		ending.Go(func() { _ = one.Close() })
	}
	s.mu.Unlock()
	ending.Wait()
}

// session is one connection.
type session struct {
	net.Conn
	of *sessions
}

// greet waits for the engine's first answer. Its content says nothing here.
func (c *session) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })() // it knows no deadlines
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, "http://docker/_ping", nil)
	if err != nil {
		return err
	}
	if err := request.Write(c.Conn); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(c.Conn), request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// CloseWrite tells the engine that no more comes.
func (c *session) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return nil
	}
	return half.CloseWrite()
}

func (c *session) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}
