package endpoint

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/docker/cli/cli/connhelper"
	"github.com/moby/moby/client"
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
	library := func(most int) *client.Client {
		if err != nil {
			return nil
		}
		var cli *client.Client
		// The transport comes last, so that it stays as it is.
		cli, err = client.New(append(slices.Clone(opts), client.WithHost(ssh.Host),
			client.WithHTTPClient(&http.Client{Transport: s.transport(most), CheckRedirect: client.CheckRedirect}))...)
		return cli
	}
	short, long, endless := library(maxSessions), library(maxLongSessions), library(0)
	if err != nil {
		return nil, err
	}
	return &Client{Client: short, long: long, endless: endless, posts: poster(short.Dialer(), maxSessions), ssh: s}, nil
}

func (s *sessions) transport(most int) *http.Transport {
	return &http.Transport{
		DialContext: closable(s.connect), MaxConnsPerHost: most, MaxIdleConnsPerHost: maxSessions, IdleConnTimeout: idleSessionTime,
		DisableCompression: true,
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
