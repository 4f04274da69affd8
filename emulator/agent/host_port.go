package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// HostPort is a port on the host's loopback address that leads to a task's port.
type HostPort struct {
	Container     string `json:"container"`
	ContainerPort int    `json:"containerPort"`
	Address       string `json:"address"` // 127.0.0.1:49153
}

// hostPorts are the emulator's own listeners. The engine's published ports would
// be fixed when the sandbox is created; these come and go with the task, and work
// wherever the engine runs.
type hostPorts struct {
	engine backend.Engine
	log    *slog.Logger

	mu        sync.Mutex
	closed    bool                  // nothing is opened any more
	ports     map[string][]HostPort // by task ARN
	listeners map[string][]net.Listener
}

func newHostPorts(engine backend.Engine, log *slog.Logger) *hostPorts {
	return &hostPorts{engine: engine, log: log, ports: map[string][]HostPort{}, listeners: map[string][]net.Listener{}}
}

// opening is a TCP port of a task that is wanted on the host.
type opening struct {
	container     string
	containerPort int
	sandbox       string // that it leads to
	port          int    // of the sandbox
	want          int    // on the host, if it is free; 0 is any
}

// openings are those of a task: the mapped ports of its own network interface, or those of
// its container instance, under the same number if that is free here.
func openings(t *state.Task, s *state.TaskStatus, definitions []types.ContainerDefinition, machine string) (list []opening) {
	if t.Spec.HasInterface() {
		for _, c := range definitions {
			for _, b := range wantedBindings(c.PortMappings) {
				b.HostPort = b.ContainerPort // of its own interface
				list = appendOpenings(list, aws.ToString(c.Name), b, s.SandboxID, false)
			}
		}
		return list
	}
	if machine == "" {
		return nil // it has not been taken over yet
	}
	for _, c := range s.Containers {
		for _, b := range c.Bindings {
			list = appendOpenings(list, c.Name, b, machine, true)
		}
	}
	return list
}

// mostOfRange bounds the listeners for a range: each has a file of this process.
const mostOfRange = 1000

// appendOpenings adds those of a binding of a sandbox. There are none for UDP.
func appendOpenings(list []opening, container string, b state.Binding, sandbox string, sameNumber bool) []opening {
	if b.Protocol != types.TransportProtocolTcp {
		return list
	}
	for i := range min(b.Count(), mostOfRange) {
		o := opening{container: container, containerPort: int(b.ContainerPort) + i, sandbox: sandbox, port: int(b.HostPort) + i}
		if sameNumber {
			o.want = o.port
		}
		list = append(list, o)
	}
	return list
}

// open listens for ports of a task; again is harmless.
func (h *hostPorts) open(taskARN string, list []opening) []HostPort {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ports, open := h.ports[taskARN]; open || h.closed {
		return ports
	}
	for _, o := range list {
		l, err := listen(o.want)
		if err != nil {
			h.log.Warn("no host port for a container port", "task", taskARN, "port", o.containerPort, "error", err)
			continue
		}
		port := HostPort{o.container, o.containerPort, l.Addr().String()}
		h.ports[taskARN] = append(h.ports[taskARN], port)
		h.listeners[taskARN] = append(h.listeners[taskARN], l)
		go h.serve(l, o.sandbox, o.port)
	}
	return h.ports[taskARN]
}

// listen opens a port of the loopback address, or another one if that cannot be had.
func listen(want int) (net.Listener, error) {
	if want != 0 {
		if l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(want))); err == nil {
			return l, nil
		}
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

// of are the ports of a task that are open.
func (h *hostPorts) of(taskARN string) []HostPort {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ports[taskARN]
}

func (h *hostPorts) close(taskARN string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.listeners[taskARN] {
		l.Close()
	}
	delete(h.listeners, taskARN)
	delete(h.ports, taskARN)
}

func (h *hostPorts) closeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, listeners := range h.listeners {
		for _, l := range listeners {
			l.Close()
		}
	}
	clear(h.listeners)
	clear(h.ports)
}

// HostPorts lists the loopback ports that lead to a running task. Where tasks are
// simulated they are opened only when somebody asks for them.
func (a *Agent) HostPorts(taskARN string, open bool) []HostPort {
	t := a.Store.Read().Task(taskARN)
	if t == nil || t.Status.LastStatus != state.Running {
		return nil
	}
	h := a.hostOf(t)
	if h == nil {
		return nil
	}
	if !open {
		return h.ports.of(taskARN)
	}
	definition := a.Store.Read().TaskDefinition(t.Scope(), t.Spec.Family, t.Spec.Revision)
	if definition == nil {
		return nil
	}
	var machine string
	if m := h.machineOf(t); m != nil {
		machine = m.where().sandbox
	}
	ports := h.ports.open(taskARN, openings(t, &t.Status, definition.Definition().ContainerDefinitions, machine))
	if t := a.Store.Read().Task(taskARN); t == nil || t.Ended() {
		h.ports.close(taskARN) // it ended in between, and nobody else would
		return nil
	}
	return ports
}

// acceptPause is for how long a listener rests that cannot accept: mostly because the
// process has too many files open, which passes.
const acceptPause = 100 * time.Millisecond

// serve passes connections on until the listener is closed.
func (h *hostPorts) serve(l net.Listener, sandboxID string, port int) {
	for {
		client, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			h.log.Warn("connection to a host port not accepted", "address", l.Addr(), "error", err)
			time.Sleep(acceptPause)
			continue
		}
		go func() {
			if err := h.relay(client, sandboxID, port); err != nil {
				h.log.Debug("connection to a task failed", "port", port, "error", err)
			}
		}()
	}
}

// dialTimeout bounds the way to the task, so that a client sees a refusal soon.
const dialTimeout = 5 * time.Second

func (h *hostPorts) relay(client net.Conn, sandboxID string, port int) error {
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	task, err := h.engine.Dial(ctx, sandboxID, port)
	cancel()
	if err != nil {
		return fmt.Errorf("dial the task: %w", err)
	}
	defer task.Close()
	done := make(chan error, 2)
	pass := func(to, from net.Conn) {
		_, err := io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		} else {
			to.Close()
		}
		done <- err
	}
	go pass(task, client)
	go pass(client, task)
	<-done
	return <-done
}
