package agent

import (
	"context"
	"errors"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httputil"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/httppass"
)

// frontDoor is a port of the loopback address that load balancers share which have listeners of
// the same port: whom a client wants to reach it says itself, in each request of HTTP by the Host
// header, and with each connection of TLS by the server's name (SNI). While there is only one,
// whatever is said is for that.
type frontDoor struct {
	key doorKey

	mu    sync.Mutex
	seats []seat                 // the first to come first
	web   *httputil.ReverseProxy // nil until two share it
}

// doorKey tells front doors apart.
type doorKey struct {
	secure bool // TLS
	port   uint16
}

// id stands for it among tasks that have ports, and in the log.
func (k doorKey) id() string {
	if k.secure {
		return "listeners of TLS at port " + strconv.Itoa(int(k.port))
	}
	return "listeners of HTTP at port " + strconv.Itoa(int(k.port))
}

// seat is a listener behind a front door.
type seat struct {
	listener string // ARN
	leads    target
	names    []string // by which it is asked for; * and ? stand for any text and any character
}

// choose is the seat that a host is a name of; of others the first one.
func choose(seats []seat, host string) seat {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, fits := range []func(name string) bool{
		func(name string) bool { return strings.ToLower(name) == host },
		func(name string) bool { ok, _ := path.Match(strings.ToLower(name), host); return ok },
	} {
		for _, s := range seats {
			if slices.ContainsFunc(s.names, fits) {
				return s
			}
		}
	}
	return seats[0]
}

func (d *frontDoor) seated() []seat {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.seats)
}

// put gives a listener its seat. It reports whether that changes where the door leads.
func (d *frontDoor) put(s seat) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.IndexFunc(d.seats, func(other seat) bool { return other.listener == s.listener })
	if at < 0 {
		d.seats = append(d.seats, s)
		return true
	}
	moved := d.seats[at].leads != s.leads
	d.seats[at] = s
	return moved
}

func (d *frontDoor) drop(listener string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seats = slices.DeleteFunc(d.seats, func(s seat) bool { return s.listener == listener })
}

// enterDoor has a listener be reached at a front door, and returns where that is.
func (h *host) enterDoor(key doorKey, s seat) (*frontDoor, []HostPort) {
	h.doorsMu.Lock()
	defer h.doorsMu.Unlock()
	d := h.doors[key]
	if d == nil {
		d = &frontDoor{key: key}
		h.doors[key] = d
	}
	changed := d.put(s)
	wanted := opening{containerPort: int(key.port), protocol: types.TransportProtocolTcp, leads: target{door: d}, own: key.port}
	at := h.ports.open(tenant{task: key.id()}, []opening{wanted}, true)
	if changed {
		h.ports.lead(key.id())
	}
	return d, at
}

// leaveDoor gives up the seat of a listener, and with the last one the port.
func (h *host) leaveDoor(d *frontDoor, listener string) {
	h.doorsMu.Lock()
	defer h.doorsMu.Unlock()
	d.drop(listener)
	if len(d.seated()) > 0 {
		h.ports.lead(d.key.id())
		return
	}
	h.ports.close(d.key.id())
	if h.doors[d.key] == d {
		delete(h.doors, d.key)
	}
}

// helloPatience bounds the wait for what a client says first.
const helloPatience = time.Minute

// carryThrough leads a client to whom it asks for.
func (l *listeners) carryThrough(d *frontDoor, client net.Conn) error {
	switch seats := d.seated(); {
	case len(seats) == 0:
		return client.Close()
	case len(seats) == 1:
		return l.carry(client, seats[0].leads)
	case d.key.secure:
		name, again := serverName(client)
		return l.carry(again, choose(seats, name).leads)
	}
	server := &http.Server{
		Handler: d.proxy(l), ReadHeaderTimeout: helloPatience, IdleTimeout: helloPatience, ErrorLog: quietLog,
	}
	if err := server.Serve(&onlyConn{conn: client}); !errors.Is(err, io.EOF) { // which leaves the connection to a goroutine
		return err
	}
	return nil
}

// proxy passes each request on to whom it asks for.
func (d *frontDoor) proxy(l *listeners) http.Handler {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.web == nil {
		d.web = httppass.New(l.dialAddress, func(r *http.Request) string {
			if seats := d.seated(); len(seats) > 0 {
				return choose(seats, r.Host).leads.hostPort()
			}
			return "" // all have gone
		}, quietLog)
	}
	return d.web
}

var quietLog = stdlog.New(io.Discard, "", 0)

// hostPort is a target as a URL has it.
func (t target) hostPort() string { return net.JoinHostPort(t.sandbox, strconv.Itoa(int(t.port))) }

func (l *listeners) dialAddress(_ context.Context, address string) (net.Conn, error) {
	sandbox, text, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, err
	}
	return l.dial("tcp", target{sandbox: sandbox, port: uint16(port)})
}

// onlyConn is a net.Listener to which one connection comes.
type onlyConn struct{ conn net.Conn }

func (o *onlyConn) Accept() (net.Conn, error) {
	if o.conn == nil {
		return nil, io.EOF
	}
	conn := o.conn
	o.conn = nil
	return conn, nil
}

func (o *onlyConn) Close() error   { return nil }
func (o *onlyConn) Addr() net.Addr { return &net.TCPAddr{} }
