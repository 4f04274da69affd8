package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// Start starts a container. One that has exited runs again, as ECS's restart
// policy wants it.
func (e *Engine) Start(ctx context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.findSettled(ctx, id)
	switch {
	case err != nil:
		return err
	case c.state == backend.Running:
		return nil
	case c.spec == nil:
		return e.startSandbox(c)
	case c.plane != nil:
		return e.startLoadBalancer(c)
	}
	does, err := e.scriptOf(c)
	if err != nil {
		return daemon.Errorf(nil, "%v", err)
	}
	if does.StartDelay > 0 {
		if err := e.delayStart(ctx, c, does.StartDelay); err != nil {
			return err
		}
	}
	return e.launch(c, does)
}

// launch starts a container that is not delayed any more.
func (e *Engine) launch(c *container, does Script) (err error) {
	missing := c.stopped()
	switch {
	case does.StartError != "":
		err = daemon.Text(nil, does.StartError)
	case missing != nil:
		err = noSandbox(missing)
	case e.networkGone(c) != nil:
		err = e.networkGone(c)
	case c.refusedByRunc() != nil:
		err = c.refusedByRunc()
	case !c.net.comeBack(c):
		err = daemon.Errorf(backend.ErrAddressInUse, "Address already in use")
	default:
		e.run(c, does)
		return nil
	}
	c.failure = err.Error()
	c.exitCode = 127
	c.net.leave(c) // it keeps its address from others only while it runs, or has yet to
	return err
}

func noSandbox(box *container) error {
	return daemon.Errorf(backend.ErrNoSandbox, "cannot join network of a non running container: %s", box.id)
}

// findSettled finds a container and waits until it is not being started.
func (e *Engine) findSettled(ctx context.Context, id string) (*container, error) {
	for {
		c, err := e.find(ctx, id)
		if err != nil || c.starting == nil {
			return c, err
		}
		if err := e.wait(ctx, c.starting); err != nil {
			return nil, err
		}
	}
}

func (e *Engine) delayStart(ctx context.Context, c *container, d time.Duration) error {
	over := make(chan struct{})
	c.starting = over
	err := e.sleep(ctx, d)
	c.starting = nil
	close(over)
	if err == nil && c.removed {
		return noSuchContainer(c.id)
	}
	return err
}

// begin is what starts of sandboxes and containers have in common.
func (e *Engine) begin(c *container) {
	c.runs++
	c.state = backend.Running
	c.exitCode, c.oomKilled, c.failure = 0, false, ""
	c.startedAt, c.exitedAt = e.clock.Now(), time.Time{}
	c.meter.Begin(c.startedAt)
	e.emit(c, backend.Event{Kind: backend.ContainerStarted})
}

func (e *Engine) run(c *container, does Script) {
	e.begin(c)
	does.Logs = script.InOrder(does.Logs)
	c.script, c.written = does, 0
	e.sockets.Begin(c.spec.router)
	if port, ok := e.listen(c); !ok {
		e.write(c, true, fmt.Sprintf("listen tcp :%d: bind: address already in use", port))
		e.end(c, 1, false)
		return
	}
	e.proceed(c)
	if c.state == backend.Running {
		e.watchHealth(c)
	}
}

// proceed does what the script has for now, and sets a timer for what comes next.
func (e *Engine) proceed(c *container) {
	const never = time.Duration(-1)
	passed := e.clock.Now().Sub(c.startedAt)
	for ; c.written < len(c.script.Logs) && c.script.Logs[c.written].After <= passed; c.written++ {
		line := c.script.Logs[c.written]
		e.write(c, line.Stderr, line.Text)
	}
	next := never
	if exit := c.script.Exit; exit != nil && exit.After >= 0 {
		next = exit.After
	}
	if next != never && next <= passed {
		e.end(c, c.script.Exit.Code, c.script.Exit.OOMKilled)
		return
	}
	if c.written < len(c.script.Logs) {
		if after := c.script.Logs[c.written].After; next == never || after < next {
			next = after
		}
	}
	if next != never {
		c.life = e.after(c, next-passed, e.proceed)
	}
}

// after calls f with the lock held, unless the container's present run is over
// by then.
func (e *Engine) after(c *container, d time.Duration, f func(*container)) Timer {
	run := c.runs
	return e.clock.AfterFunc(d, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if c.state == backend.Running && c.runs == run {
			f(c)
		}
	})
}

// refusedByRunc is why a container cannot start whose host name the kernel does not take, or
// with kernel parameters that no namespace has. Source: runc, its validator of configurations.
func (c *container) refusedByRunc() error {
	const failed = "failed to create shim task: OCI runtime create failed: runc create failed: "
	if c.net.self == c && len(c.net.hostname) > longestHostName {
		return daemon.Errorf(nil, failed+"unable to start container process: error during container init: sethostname: invalid argument: unknown")
	}
	for _, name := range c.spec.controls {
		if !strings.HasPrefix(name, "net.") && !strings.HasPrefix(name, "fs.mqueue.") && !slices.Contains(ipcControls, name) && name != "kernel.domainname" {
			return daemon.Errorf(nil, failed+"sysctl %q is not in a separate kernel namespace: unknown", name)
		}
	}
	return nil
}

// longestHostName is the Linux kernel's limit. Source: sethostname(2).
const longestHostName = 64

// ipcControls are kernel parameters of an IPC namespace, beside those of fs.mqueue.
var ipcControls = []string{
	"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
	"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
}
